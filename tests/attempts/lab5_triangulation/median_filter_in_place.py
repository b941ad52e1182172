# exercise: median_filter
# says: uses frames that are filtered already
# points: 0
def median_filter(points_3d, window):
    half = window // 2
    for t in range(len(points_3d)):
        points_3d[t] = np.nanmedian(points_3d[max(t - half, 0) : t + half + 1], axis=0)
    return points_3d
