# exercise: update_background
# says: frame by frame, and the norm over pixels in a loop
# points: all
def update_background(residual_with_background, footprint, trace_variance, noise_std):
    num_pixels, num_frames = residual_with_background.shape
    trace = np.zeros(num_frames)
    for t in range(num_frames):
        trace[t] = sum(footprint * residual_with_background[:, t]) / (1 + noise_std**2 / trace_variance)
    new = np.array([sum(row * trace) for row in residual_with_background])
    return new / sum(new**2) ** 0.5, trace
