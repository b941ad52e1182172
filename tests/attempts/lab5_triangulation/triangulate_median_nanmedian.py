# exercise: triangulate_median
# says: with its warnings
# points: all
def triangulate_median(projections, points_2d, triangulate):
    pairs = combinations(range(len(projections)), 2)
    return np.nanmedian([triangulate(projections[list(p)], points_2d[list(p)]) for p in pairs], axis=0)
