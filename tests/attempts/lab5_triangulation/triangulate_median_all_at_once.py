# exercise: triangulate_median
# says: triangulates from all views, no pairs
# points: 0
def triangulate_median(projections, points_2d, triangulate):
    return triangulate(projections, points_2d)
