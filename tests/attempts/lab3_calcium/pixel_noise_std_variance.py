# exercise: pixel_noise_std
# says: the variance in place of the standard deviation
# points: 6
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie)[..., int(frame_rate_hz) :]
    return noise.var(axis=-1) / (1 - cutoff_hz / (frame_rate_hz / 2))
