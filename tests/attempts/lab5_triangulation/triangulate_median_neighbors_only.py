# exercise: triangulate_median
# says: pairs of neighboring cameras only
# points: 0
def triangulate_median(projections, points_2d, triangulate):
    pairs = [[i, i + 1] for i in range(len(projections) - 1)]
    return np.nanmedian([triangulate(projections[p], points_2d[p]) for p in pairs], axis=0)
