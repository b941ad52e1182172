# exercise: deconvolve_penalized
# says: b is left out
# points: 5
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    c = cp.Variable(len(trace))
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    objective = cp.sum_squares(trace - c) / (2 * noise_std**2) + penalty * cp.sum(a)
    solve(cp.Problem(cp.Minimize(objective), [a >= 0]))
    return Deconvolution(c.value, a.value, 0.0)
