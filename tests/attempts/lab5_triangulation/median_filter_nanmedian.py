# exercise: median_filter
# says: with NumPy's warnings
# points: all
def median_filter(points_3d, window):
    half = window // 2
    return np.stack([np.nanmedian(points_3d[max(t - half, 0) : t + half + 1], axis=0) for t in range(len(points_3d))])
