# exercise: triangulate_median
# says: three views at a time
# points: 0
def triangulate_median(projections, points_2d, triangulate):
    triples = combinations(range(len(projections)), 3)
    return np.nanmedian([triangulate(projections[list(p)], points_2d[list(p)]) for p in triples], axis=0)
