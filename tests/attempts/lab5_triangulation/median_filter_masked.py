# exercise: median_filter
# says: a masked array, padded with what is masked
# points: all
def median_filter(points_3d, window):
    half = window // 2
    padded = np.pad(points_3d, ((half, half), (0, 0), (0, 0)), constant_values=np.nan)
    stack = np.ma.masked_invalid([padded[i : i + len(points_3d)] for i in range(window)])
    return np.ma.median(stack, axis=0).filled(np.nan)
