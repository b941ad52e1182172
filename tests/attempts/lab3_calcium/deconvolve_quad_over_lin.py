# exercise: deconvolve
# says: ‖r‖² / θ <= θ, with SCS, the baseline as an array
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = trace.shape[0]
    theta = (1 + slack) * noise_std * np.sqrt(T)
    c, b = cp.Variable(T), cp.Variable((1,))
    gamma = np.exp(-1 / decay_frames)
    spikes = [c[0]] + [c[t] - gamma * c[t - 1] for t in range(1, T)]
    spikes = cp.hstack(spikes)
    constraints = [cp.quad_over_lin(trace - (c + b), theta) <= theta, spikes >= 0]
    cp.Problem(cp.Minimize(cp.norm1(spikes)), constraints).solve(solver=cp.SCS)
    return Deconvolution(c.value, spikes.value, b.value, np.squeeze(constraints[0].dual_value) / theta)
