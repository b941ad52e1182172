# exercise: median_filter
# says: the last frame of the window is left out
# points: 0
def median_filter(points_3d, window):
    half = window // 2
    frames = [points_3d[max(t - half, 0) : max(t + half, 1)] for t in range(len(points_3d))]
    return np.stack([np.nanmedian(near, axis=0) for near in frames])
