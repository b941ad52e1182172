# exercise: update_background
# says: writes the new footprint over the caller's
# points: 9
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual_with_background)
    footprint[:] = residual_with_background @ trace
    footprint /= np.linalg.norm(footprint)
    return footprint, trace
