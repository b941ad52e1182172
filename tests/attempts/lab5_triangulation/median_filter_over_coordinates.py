# exercise: median_filter
# says: the median of x, y and z together
# points: 0
def median_filter(points_3d, window):
    half = window // 2
    out = np.empty(points_3d.shape)
    for t in range(len(points_3d)):
        out[t] = np.nanmedian(points_3d[max(t - half, 0) : t + half + 1], axis=(0, 2))[:, None]
    return out
