# exercise: median_filter
# says: a start below zero counts from the end
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    out = np.full(points_3d.shape, np.nan)
    for t in range(len(points_3d)):
        near = points_3d[t - half : t + half + 1]
        if len(near):
            out[t] = np.nanmedian(near, axis=0)
    return out
