# exercise: deconvolve
# says: the trace as a parameter, first amplitude and jumps apart
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    y = cp.Parameter(T, value=np.array(trace))
    c = cp.Variable(T); b = cp.Variable()
    jumps = c[1:] - g * c[:-1]
    th = noise_std * np.sqrt(T) * (1 + slack)
    con = [c[0] >= 0, jumps >= 0, cp.sum(cp.square(y - c - b)) <= th**2]
    solve(cp.Problem(cp.Minimize(c[0] + cp.sum(jumps)), con))
    eta = con[2].dual_value
    return Deconvolution(c.value, np.concatenate([[c.value[0]], jumps.value]), b.value, eta)
