# exercise: deconvolve_penalized
# says: the log posterior, maximised, with SCS, over the spikes
# points: all
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    T = len(trace)
    K = np.tril(np.exp(-np.maximum(np.subtract.outer(np.arange(T), np.arange(T)), 0) / decay_frames))
    a, b = cp.Variable(T, nonneg=True), cp.Variable(1)
    log_posterior = -cp.sum_squares((trace - K @ a - b) / noise_std) / 2 - penalty * cp.sum(a)
    cp.Problem(cp.Maximize(log_posterior)).solve(solver=cp.SCS, eps=1e-7)
    return Deconvolution(K @ a.value, a.value, b.value[0])
