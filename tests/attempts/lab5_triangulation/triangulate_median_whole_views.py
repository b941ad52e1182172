# exercise: triangulate_median
# says: hides all views but two, and hands over all cameras
# points: all
def triangulate_median(projections, points_2d, triangulate):
    said = []
    for i in range(len(projections)):
        for j in range(i + 1, len(projections)):
            only = np.full_like(points_2d, np.nan)
            only[[i, j]] = points_2d[[i, j]]
            said.append(triangulate(projections, only))
    return np.nanmedian(np.stack(said), axis=0)
