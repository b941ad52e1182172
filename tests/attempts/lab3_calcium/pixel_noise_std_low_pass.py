# exercise: pixel_noise_std
# says: keeps the calcium and removes the noise
# points: 2
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, fs=frame_rate_hz, output="sos")
    noise = sosfilt(sections, movie)[..., int(frame_rate_hz) :]
    return noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))
