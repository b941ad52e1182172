# exercise: pixel_noise_std
# says: the share of the band is that of 8 Hz, whatever the cutoff
# points: 6
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sos = butter(10, cutoff_hz, 'highpass', fs=frame_rate_hz, output='sos')
    y = sosfilt(sos, movie)[..., int(frame_rate_hz):]
    return y.std(-1) / np.sqrt(1 - 8.0 / (frame_rate_hz / 2))
