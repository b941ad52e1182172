# exercise: pixel_noise_std
# says: filters along axis 0, which is height
# points: 2
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie, axis=0)[..., int(frame_rate_hz) :]
    return noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))
