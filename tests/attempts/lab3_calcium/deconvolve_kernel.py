# exercise: deconvolve
# says: spikes as the variable, their decay as a dense matrix
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    a = cp.Variable(T, nonneg=True); b = cp.Variable()
    K = np.tril(g ** np.maximum(np.subtract.outer(np.arange(T), np.arange(T)), 0))
    th = noise_std * T**0.5 * (1 + slack)
    con = cp.norm(trace - K @ a - b) <= th
    solve(cp.Problem(cp.Minimize(cp.sum(a)), [con]))
    return Deconvolution(K @ a.value, a.value, b.value.item(), con.dual_value / 2 / th)
