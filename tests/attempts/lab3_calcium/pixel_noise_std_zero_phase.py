# exercise: pixel_noise_std
# says: filtered forwards and backwards, which leaves 2 % less of the noise
# points: all
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    from scipy.signal import sosfiltfilt

    sections = butter(10, cutoff_hz, "highpass", fs=frame_rate_hz, output="sos")
    settled = sosfiltfilt(sections, movie)[..., int(frame_rate_hz) :]
    return np.std(settled, axis=-1) / np.sqrt(1 - 2 * cutoff_hz / frame_rate_hz)
