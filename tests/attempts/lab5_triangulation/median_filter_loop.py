# exercise: median_filter
# says: frame by frame
# points: all
def median_filter(points_3d, window):
    half = window // 2
    out = np.full(points_3d.shape, np.nan)
    for t in range(len(points_3d)):
        near = points_3d[max(0, t - half) : t + half + 1]
        for k in range(points_3d.shape[1]):
            for axis in range(3):
                known = near[:, k, axis]
                known = known[~np.isnan(known)]
                if known.size:
                    out[t, k, axis] = np.median(known)
    return out
