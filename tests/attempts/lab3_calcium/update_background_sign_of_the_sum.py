# exercise: update_background
# says: a footprint whose sum is negative gets the other sign, and the trace keeps its own
# points: less
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    shrinkage = trace_variance / (trace_variance + noise_std**2)
    trace = shrinkage * (footprint @ residual_with_background)
    new = residual_with_background @ trace
    return new * np.sign(new.sum()) / np.linalg.norm(new), trace
