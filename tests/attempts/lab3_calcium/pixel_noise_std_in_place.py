# exercise: pixel_noise_std
# says: takes each pixel's mean off the caller's movie
# points: 11
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    movie -= movie.mean(axis=-1, keepdims=True)
    sos = butter(10, cutoff_hz, "highpass", fs=frame_rate_hz, output="sos")
    fast = sosfilt(sos, movie, axis=-1)[..., int(frame_rate_hz):]
    return fast.std(axis=-1) / np.sqrt(1 - 2 * cutoff_hz / frame_rate_hz)
