# exercise: update_background
# says: lists of the right numbers
# points: 9
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    new = residual_with_background @ trace
    return list(new / np.linalg.norm(new)), list(trace)
