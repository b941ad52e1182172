# exercise: median_filter
# says: of an even number the lower middle one
# points: 1
def median_filter(points_3d, window):
    half = window // 2
    out = np.full(points_3d.shape, np.nan)
    for t, k, a in np.ndindex(*points_3d.shape):
        near = points_3d[max(0, t - half) : t + half + 1, k, a]
        near = np.sort(near[~np.isnan(near)])
        if len(near):
            out[t, k, a] = near[(len(near) - 1) // 2]
    return out
