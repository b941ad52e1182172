# exercise: pixel_noise_std
# says: one standard deviation for the whole movie
# points: 0
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie)[..., int(frame_rate_hz) :]
    return noise.std() / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))
