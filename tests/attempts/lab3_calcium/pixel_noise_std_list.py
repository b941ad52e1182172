# exercise: pixel_noise_std
# says: lists in place of an array
# points: 6
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sos = butter(10, cutoff_hz, 'highpass', fs=frame_rate_hz, output='sos')
    y = sosfilt(sos, movie)[..., int(frame_rate_hz):]
    return (y.std(-1) / np.sqrt(1 - 2 * cutoff_hz / frame_rate_hz)).tolist()
