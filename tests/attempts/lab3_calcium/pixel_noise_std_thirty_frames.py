# exercise: pixel_noise_std
# says: drops 30 frames, whatever the frame rate
# points: 10
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sos = butter(10, cutoff_hz, "highpass", fs=frame_rate_hz, output="sos")
    fast = sosfilt(sos, movie, axis=-1)[..., 12:]
    return fast.std(axis=-1) / np.sqrt(1 - 2 * cutoff_hz / frame_rate_hz)
