# exercise: median_filter
# says: NaN where the window is not whole
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    out = np.full(points_3d.shape, np.nan)
    for t in range(half, len(points_3d) - half):
        out[t] = np.nanmedian(points_3d[t - half : t + half + 1], axis=0)
    return out
