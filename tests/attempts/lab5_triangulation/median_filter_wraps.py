# exercise: median_filter
# says: the recording as a ring
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    shifted = [np.roll(points_3d, s, axis=0) for s in range(-half, half + 1)]
    return np.nanmedian(shifted, axis=0)
