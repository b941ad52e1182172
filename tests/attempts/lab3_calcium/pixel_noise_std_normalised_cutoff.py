# exercise: pixel_noise_std
# says: the cutoff as a share of Nyquist, the mean taken off first, variance and share together
# points: all
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    share = cutoff_hz / (frame_rate_hz / 2)
    centred = movie - movie.mean(axis=2, keepdims=True)
    high = sosfilt(butter(10, share, "highpass", output="sos"), centred)
    high = high[:, :, int(frame_rate_hz) :]
    return np.sqrt(np.mean(high**2, axis=2) / (1 - share))
