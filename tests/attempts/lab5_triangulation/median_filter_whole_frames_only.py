# exercise: median_filter
# says: drops a frame where any coordinate of any key point is NaN
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    ok = np.isfinite(points_3d).all(axis=(1, 2))
    out = np.full(points_3d.shape, np.nan)
    for t in range(len(points_3d)):
        part = slice(max(t - half, 0), t + half + 1)
        near = points_3d[part][ok[part]]
        if len(near):
            out[t] = np.median(near, axis=0)
    return out
