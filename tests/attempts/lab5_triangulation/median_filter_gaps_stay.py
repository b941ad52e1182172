# exercise: median_filter
# says: a frame that is NaN stays NaN
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    out = np.stack([np.nanmedian(points_3d[max(t - half, 0) : t + half + 1], axis=0) for t in range(len(points_3d))])
    return np.where(np.isnan(points_3d), np.nan, out)
