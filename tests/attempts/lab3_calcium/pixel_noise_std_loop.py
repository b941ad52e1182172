# exercise: pixel_noise_std
# says: pixel by pixel, the variance scaled up before the root
# points: all
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    from scipy.signal import butter, sosfilt

    height, width, num_frames = movie.shape
    result = np.zeros((height, width))
    filter_ = butter(10, cutoff_hz, "hp", fs=frame_rate_hz, output="sos")
    for i in range(height):
        for j in range(width):
            filtered = sosfilt(filter_, movie[i, j])
            settled = filtered[int(frame_rate_hz) :]
            result[i, j] = np.sqrt(np.var(settled) * frame_rate_hz / (frame_rate_hz - 2 * cutoff_hz))
    return result
