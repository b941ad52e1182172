# exercise: deconvolve
# says: G c >= 0 only from the second frame on
# points: less
def deconvolve(
    trace: Float[np.ndarray, " num_frames"],
    decay_frames: float,
    noise_std: float = 1.0,
    slack: float = 1.0,
) -> Deconvolution:
    trace = check_trace(trace, decay_frames, noise_std=noise_std, slack=slack)
    num_frames = len(trace)

    # The variables: the denoised trace c, and the baseline b, a number.
    denoised = cp.Variable(num_frames)
    baseline = cp.Variable()

    # The amplitudes G c.
    decay = np.exp(-1 / decay_frames)
    G = eye_array(num_frames) - decay * eye_array(num_frames, k=-1)
    amplitudes = G @ denoised

    # The bound θ, and the two constraints: first the one on the norm of the residual.
    theta = (1 + slack) * noise_std * np.sqrt(num_frames)
    constraints = [cp.norm(trace - denoised - baseline, 2) <= theta, amplitudes[1:] >= 0]

    # The problem. With G c >= 0, the norm is a plain sum.
    problem = cp.Problem(cp.Minimize(cp.norm(amplitudes, 1)), constraints)
    solve(problem)

    # η, from the first constraint's dual value.
    multiplier = constraints[0].dual_value / (2 * theta)
    return Deconvolution(denoised.value, amplitudes.value, float(baseline.value), multiplier)
