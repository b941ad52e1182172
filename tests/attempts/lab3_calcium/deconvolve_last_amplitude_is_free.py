# exercise: deconvolve
# says: the last frame has no price
# points: 14
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    c, b = cp.Variable(T), cp.Variable()
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    theta = (1 + slack) * noise_std * np.sqrt(T)
    bound = cp.norm(trace - c - b, 2) <= theta
    problem = cp.Problem(cp.Minimize(cp.sum(a[:-1])), [bound, a >= 0])
    solve(problem)
    return Deconvolution(c.value, a.value, b.value, bound.dual_value / (2 * theta))
