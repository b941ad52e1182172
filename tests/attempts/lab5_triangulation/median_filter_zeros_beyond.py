# exercise: median_filter
# says: scipy's medfilt takes zeros beyond the ends
# points: 1
def median_filter(points_3d, window):
    from scipy.signal import medfilt

    return medfilt(points_3d, (window, 1, 1))
