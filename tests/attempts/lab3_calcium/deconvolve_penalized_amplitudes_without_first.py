# exercise: deconvolve_penalized
# says: one amplitude too few
# points: 7
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    c, b = cp.Variable(len(trace)), cp.Variable()
    jumps = c[1:] - np.exp(-1 / decay_frames) * c[:-1]
    objective = cp.sum_squares(trace - c - b) / (2 * noise_std**2) + penalty * (cp.sum(jumps) + c[0])
    solve(cp.Problem(cp.Minimize(objective), [jumps >= 0, c[0] >= 0]))
    return Deconvolution(c.value, jumps.value, float(b.value))
