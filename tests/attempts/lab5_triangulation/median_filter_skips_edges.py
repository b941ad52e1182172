# exercise: median_filter
# says: the first and last frames stay as they are
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    out = points_3d.copy()
    for t in range(half, len(points_3d) - half):
        out[t] = np.nanmedian(points_3d[t - half : t + half + 1], axis=0)
    return out
