# exercise: update_background
# says: σ where σ² belongs
# points: 5
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std) * (footprint @ residual_with_background)
    weights = residual_with_background @ trace
    return weights / np.linalg.norm(weights), trace
