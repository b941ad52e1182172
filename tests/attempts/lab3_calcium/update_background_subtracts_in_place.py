# exercise: update_background
# says: subtracts the background from the caller's residual
# points: 9
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    weights = residual_with_background @ trace
    new = weights / np.linalg.norm(weights)
    residual_with_background -= np.outer(new, trace)
    return new, trace
