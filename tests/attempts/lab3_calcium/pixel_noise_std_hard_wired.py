# exercise: pixel_noise_std
# says: right at 30 Hz and 8 Hz only
# points: 4
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, 8, btype="highpass", fs=30, output="sos")
    noise = sosfilt(sections, movie)[..., 30:]
    return noise.std(axis=-1) / np.sqrt(7 / 15)
