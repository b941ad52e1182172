# exercise: pixel_noise_std
# says: the filter rings after the jump to the baseline, in the first second
# points: 10
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie)
    return noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))
