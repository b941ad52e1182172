# exercise: median_filter
# says: the window ends at the frame
# points: 0
def median_filter(points_3d, window):
    return np.stack([np.nanmedian(points_3d[max(t - window + 1, 0) : t + 1], axis=0) for t in range(len(points_3d))])
