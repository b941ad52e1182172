# exercise: deconvolve_penalized
# says: the baseline has a price, too
# points: 5
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    c = cp.Variable(T); b = cp.Variable()
    s = cp.hstack([c[0], c[1:] - g * c[:-1]])
    solve(cp.Problem(cp.Minimize(cp.sum_squares(trace - c - b) / (2 * noise_std**2) + penalty * cp.sum(s) + cp.abs(b)), [s >= 0]))
    return Deconvolution(c.value, s.value, float(b.value))
