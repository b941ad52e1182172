# exercise: deconvolve
# says: a plain tuple, which has no parts that later cells can ask for by name
# points: 0
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    c, b = cp.Variable(T), cp.Variable()
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    theta = (1 + slack) * noise_std * np.sqrt(T)
    bound = cp.norm(trace - c - b) <= theta
    solve(cp.Problem(cp.Minimize(cp.sum(a)), [bound, a >= 0]))
    return c.value, a.value, float(b.value), bound.dual_value / (2 * theta)
