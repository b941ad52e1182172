# exercise: update_background
# says: the median over frames as footprint, whatever the trace
# points: 4
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    image = np.median(residual_with_background, axis=1)
    return image / np.linalg.norm(image), trace
