# exercise: deconvolve
# says: b is left out
# points: 16
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    c = cp.Variable(T)
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    theta = (1 + slack) * noise_std * np.sqrt(T)
    constraints = [cp.norm(trace - c) <= theta, a >= 0]
    solve(cp.Problem(cp.Minimize(cp.sum(a)), constraints))
    return Deconvolution(c.value, a.value, 0.0, constraints[0].dual_value / (2 * theta))
