# exercise: median_filter
# says: copies of the first and last frames beyond the ends
# points: 2
def median_filter(points_3d, window):
    half = window // 2
    padded = np.pad(points_3d, ((half, half), (0, 0), (0, 0)), mode="edge")
    return np.stack([np.nanmedian(padded[t : t + window], axis=0) for t in range(len(points_3d))])
