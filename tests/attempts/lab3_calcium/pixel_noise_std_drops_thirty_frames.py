# exercise: pixel_noise_std
# says: drops 30 frames whatever the frame rate
# points: less
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    check_movie(movie)
    if not 0 < cutoff_hz < frame_rate_hz / 2:
        raise InputError(f'a movie at {frame_rate_hz} Hz holds no frequency above {frame_rate_hz / 2} Hz, so none above cutoff_hz={cutoff_hz}: choose a lower cutoff, well above 1 / (2π · decay time)')
    if movie.shape[-1] < 2 * frame_rate_hz:
        raise InputError(f'{movie.shape[-1]} frames are less than two seconds at {frame_rate_hz} Hz: too few to filter')
    sections = butter(10, cutoff_hz, 'highpass', fs=frame_rate_hz, output='sos')
    noise = sosfilt(sections, movie, axis=-1)[..., 30:]
    share = 1 - cutoff_hz / (frame_rate_hz / 2)
    noise_std = noise.std(axis=-1) / np.sqrt(share)
    return noise_std
