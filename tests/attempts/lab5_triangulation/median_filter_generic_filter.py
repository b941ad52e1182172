# exercise: median_filter
# says: scipy's generic filter with NaN beyond the ends
# points: all
def median_filter(points_3d, window):
    from scipy.ndimage import generic_filter

    def middle(x):
        x = x[~np.isnan(x)]
        return np.median(x) if len(x) else np.nan

    return generic_filter(points_3d, middle, size=(window, 1, 1), mode="constant", cval=np.nan)
