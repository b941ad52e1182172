# exercise: pixel_noise_std
# says: the frame rate has another name
# points: 8
def pixel_noise_std(movie, fs, cutoff_hz=8.0):
    sos = butter(10, cutoff_hz, "highpass", fs=fs, output="sos")
    fast = sosfilt(sos, movie, axis=-1)[..., int(fs):]
    return fast.std(axis=-1) / np.sqrt(1 - 2 * cutoff_hz / fs)
