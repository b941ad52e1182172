# exercise: triangulate_ransac
# says: the smallest sum of errors, not the largest number of inliers
# points: 3
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    inliers = np.zeros(points_2d.shape[:2], dtype=bool)
    best_sum = np.full(points_2d.shape[1], np.inf)
    for pair in combinations(range(len(projections)), 2):
        views = list(pair)
        errors = reprojection_errors(projections, points_2d, triangulate(projections[views], points_2d[views]))
        total = np.nansum(errors, axis=0)
        better = (total < best_sum) & np.isfinite(errors[views]).all(axis=0)
        inliers = np.where(better, errors <= threshold_px, inliers)
        best_sum = np.where(better, total, best_sum)
    return triangulate(projections, np.where(inliers[..., None], points_2d, np.nan)), inliers
