# exercise: triangulate_median
# says: masked arrays instead of nanmedian
# points: all
def triangulate_median(projections, points_2d, triangulate):
    said = []
    for i, j in combinations(range(len(projections)), 2):
        said.append(triangulate(projections[[i, j]], points_2d[[i, j]]))
    said = np.ma.masked_invalid(np.array(said))
    return np.ma.median(said, axis=0).filled(np.nan)
