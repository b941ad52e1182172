# exercise: median_filter
# says: window frames to each side
# points: 0
def median_filter(points_3d, window):
    return np.stack([np.nanmedian(points_3d[max(t - window, 0) : t + window + 1], axis=0) for t in range(len(points_3d))])
