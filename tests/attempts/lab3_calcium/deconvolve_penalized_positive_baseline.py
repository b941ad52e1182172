# exercise: deconvolve_penalized
# says: a baseline that may not be negative
# points: 5
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    c, b = cp.Variable(len(trace)), cp.Variable(nonneg=True)
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    misfit = cp.sum_squares(trace - c - b) / (2 * noise_std**2)
    solve(cp.Problem(cp.Minimize(misfit + penalty * cp.sum(a)), [a >= 0]))
    return Deconvolution(c.value, a.value, float(b.value))
