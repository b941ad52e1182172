# exercise: update_background
# says: σ² / (σ² + ς²): the complement
# points: 5
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = noise_std**2 / (noise_std**2 + trace_variance) * (footprint @ residual_with_background)
    weights = residual_with_background @ trace
    return weights / np.linalg.norm(weights), trace
