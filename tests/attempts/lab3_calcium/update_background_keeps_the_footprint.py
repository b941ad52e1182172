# exercise: update_background
# says: only the trace is new
# points: 4
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    return footprint / np.linalg.norm(footprint), trace
