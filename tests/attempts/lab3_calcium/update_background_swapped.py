# exercise: update_background
# says: returns the trace first
# points: 9
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    weights = residual_with_background @ trace
    return trace, weights / np.linalg.norm(weights)
