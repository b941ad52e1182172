# exercise: update_background
# says: no unit norm
# points: 4
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    return residual_with_background @ trace / (trace @ trace), trace
