# exercise: update_background
# says: the footprint from the unshrunk trace, and then the trace from the new footprint
# points: 5
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    weights = residual_with_background @ (footprint @ residual_with_background)
    new = weights / np.linalg.norm(weights)
    return new, trace_variance / (trace_variance + noise_std**2) * (new @ residual_with_background)
