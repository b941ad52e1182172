# exercise: triangulate_median
# says: the mean over pairs
# points: 0
def triangulate_median(projections, points_2d, triangulate):
    pairs = combinations(range(len(projections)), 2)
    return np.nanmean([triangulate(projections[list(p)], points_2d[list(p)]) for p in pairs], axis=0)
