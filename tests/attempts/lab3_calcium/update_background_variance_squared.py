# exercise: update_background
# says: squares what is a variance already
# points: 5
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    shrinkage = trace_variance**2 / (trace_variance**2 + noise_std**2)
    trace = shrinkage * (footprint @ residual_with_background)
    weights = residual_with_background @ trace
    return weights / np.linalg.norm(weights), trace
