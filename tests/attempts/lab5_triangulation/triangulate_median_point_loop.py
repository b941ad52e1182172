# exercise: triangulate_median
# says: point by point, only pairs that see it
# points: all
def triangulate_median(projections, points_2d, triangulate):
    check_views(projections, points_2d)
    num_cameras, num_points = points_2d.shape[:2]
    points_3d = np.full((num_points, 3), np.nan)
    for i in range(num_points):
        seen = np.flatnonzero(~np.isnan(points_2d[:, i]).any(axis=1))
        found = [triangulate(projections[list(p)], points_2d[list(p), i:i + 1])[0] for p in combinations(seen, 2)]
        if found:
            points_3d[i] = np.median(found, axis=0)
    return points_3d
