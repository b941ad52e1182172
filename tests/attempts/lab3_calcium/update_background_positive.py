# exercise: update_background
# says: the background's trace must not be negative
# points: 1
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    c = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    c = np.maximum(c, 0)
    u = residual_with_background @ c
    return u / np.linalg.norm(u), c
