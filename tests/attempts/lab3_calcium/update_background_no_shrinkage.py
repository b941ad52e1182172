# exercise: update_background
# says: the projection, without the prior
# points: 5
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = footprint @ residual_with_background
    weights = residual_with_background @ trace
    return weights / np.linalg.norm(weights), trace
