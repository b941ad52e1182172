# exercise: triangulate_ransac
# says: returns the winning pair's own point
# points: 5
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    inliers = np.zeros(points_2d.shape[:2], dtype=bool)
    best_sum = np.full(points_2d.shape[1], np.inf)
    points = np.full((points_2d.shape[1], 3), np.nan)
    for pair in combinations(range(len(projections)), 2):
        views = list(pair)
        proposal = triangulate(projections[views], points_2d[views])
        errors = reprojection_errors(projections, points_2d, proposal)
        agree = errors <= threshold_px
        total = np.where(agree, errors, 0).sum(axis=0)
        count, best_count = agree.sum(axis=0), inliers.sum(axis=0)
        better = (count > best_count) | ((count == best_count) & (total < best_sum))
        inliers = np.where(better, agree, inliers)
        best_sum = np.where(better, total, best_sum)
        points[better] = proposal[better]
    points[inliers.sum(axis=0) < 2] = np.nan
    return points, inliers
