# exercise: pixel_noise_std
# says: the share of the band is of the Nyquist frequency, not of the frame rate
# points: 6
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie)[..., int(frame_rate_hz) :]
    return noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / frame_rate_hz)
