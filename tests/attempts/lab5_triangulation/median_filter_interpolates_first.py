# exercise: median_filter
# says: fills gaps by straight lines, then filters
# points: 2
def median_filter(points_3d, window):
    filled, t = points_3d.copy(), np.arange(len(points_3d))
    for k in range(points_3d.shape[1]):
        for a in range(3):
            ok = ~np.isnan(filled[:, k, a])
            if ok.any():
                filled[:, k, a] = np.interp(t, t[ok], filled[ok, k, a])
    half = window // 2
    return np.stack([np.nanmedian(filled[max(i - half, 0) : i + half + 1], axis=0) for i in t])
