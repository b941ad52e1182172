# exercise: deconvolve_penalized
# says: returns a multiplier where there is no bound
# points: less
def deconvolve_penalized(
    trace: Float[np.ndarray, " num_frames"],
    decay_frames: float,
    penalty: float,
    noise_std: float = 1.0,
) -> Deconvolution:
    trace = check_trace(trace, decay_frames, noise_std=noise_std, penalty=penalty)
    num_frames = len(trace)

    denoised = cp.Variable(num_frames)
    baseline = cp.Variable()
    G = eye_array(num_frames) - np.exp(-1 / decay_frames) * eye_array(num_frames, k=-1)
    amplitudes = G @ denoised

    # The negative log posterior: the misfit in units of the noise, and the price of the spikes.
    misfit = cp.sum_squares(trace - denoised - baseline) / (2 * noise_std**2)
    price = penalty * cp.sum(amplitudes)

    problem = cp.Problem(cp.Minimize(misfit + price), [amplitudes >= 0])
    solve(problem)
    return Deconvolution(denoised.value, amplitudes.value, float(baseline.value), penalty)
