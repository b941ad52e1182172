# exercise: pixel_noise_std
# says: the noise below the cutoff is filtered out too: 1 measures 0.68
# points: 6
def pixel_noise_std(movie, frame_rate_hz, cutoff_hz=8.0):
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    return sosfilt(sections, movie)[..., int(frame_rate_hz) :].std(axis=-1)
