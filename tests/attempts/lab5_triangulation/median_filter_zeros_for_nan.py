# exercise: median_filter
# says: NaN becomes the origin of the world
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    filled = np.nan_to_num(points_3d)
    return np.stack([np.median(filled[max(t - half, 0) : t + half + 1], axis=0) for t in range(len(points_3d))])
