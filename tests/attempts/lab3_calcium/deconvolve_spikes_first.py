# exercise: deconvolve
# says: the spikes are the variable, calcium is what they leave, and the constraints stand the other way round
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    age = np.subtract.outer(np.arange(T), np.arange(T))
    K = np.where(age >= 0, np.exp(-np.abs(age) / decay_frames), 0.0)
    spikes, baseline = cp.Variable(T, nonneg=True), cp.Variable()
    theta = (1 + slack) * noise_std * np.sqrt(T)
    small = theta >= cp.pnorm(K @ spikes + baseline - trace, 2)
    cp.Problem(cp.Minimize(cp.sum(spikes)), [small]).solve(solver="CLARABEL")
    eta = np.ravel(small.dual_value)[0] / 2 / theta
    return Deconvolution(K @ spikes.value, spikes.value, baseline.value, eta)
