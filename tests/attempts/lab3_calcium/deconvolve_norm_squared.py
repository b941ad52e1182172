# exercise: deconvolve
# says: the norm squared, whose dual value is a float; amplitudes that a solver left below zero set to zero
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    c = cp.Variable(T); b = cp.Variable()
    s = cp.hstack([c[:1], cp.diff(c) + (1 - g) * c[:-1]])
    th = noise_std * np.sqrt(T) * (1 + slack)
    con = [cp.norm(trace - c - b, 2)**2 <= th**2, s >= 0]
    solve(cp.Problem(cp.Minimize(cp.norm1(s)), con))
    a = np.maximum(s.value, 0)
    return Deconvolution(c.value, a, float(b.value), con[0].dual_value)
