# exercise: triangulate_median
# says: the median of the detections
# points: 0
def triangulate_median(projections, points_2d, triangulate):
    middle = np.nanmedian(points_2d, axis=0)
    return triangulate(projections, np.broadcast_to(middle, points_2d.shape))
