# exercise: median_filter
# says: the recording mirrored at its ends, as scipy.ndimage does
# points: 1
def median_filter(points_3d, window):
    from scipy.ndimage import median_filter as ndimage_filter

    return ndimage_filter(points_3d, size=(window, 1, 1), mode="reflect")
