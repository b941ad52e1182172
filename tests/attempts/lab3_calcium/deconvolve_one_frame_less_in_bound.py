# exercise: deconvolve
# says: √(T - 1) in θ
# points: 14
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    c = cp.Variable(T); b = cp.Variable()
    s = cp.hstack([c[0], c[1:] - g * c[:-1]])
    th = (1 + slack) * noise_std * np.sqrt(T - 1)
    con = [cp.norm(trace - c - b, 2) <= th, s >= 0]
    obj = cp.sum(s)
    solve(cp.Problem(cp.Minimize(obj), con))
    return Deconvolution(c.value, s.value, float(b.value), con[0].dual_value / (2 * th))
