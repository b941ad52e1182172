# exercise: triangulate_ransac
# says: not (error > threshold) is true for NaN
# points: 2
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    inliers = np.zeros(points_2d.shape[:2], dtype=bool)
    best_sum = np.full(points_2d.shape[1], np.inf)
    for pair in combinations(range(len(projections)), 2):
        views = list(pair)
        errors = reprojection_errors(projections, points_2d, triangulate(projections[views], points_2d[views]))
        agree = ~(errors > threshold_px)
        total = np.nansum(np.where(agree, errors, 0), axis=0)
        count, best_count = agree.sum(axis=0), inliers.sum(axis=0)
        better = (count > best_count) | ((count == best_count) & (total < best_sum))
        inliers = np.where(better, agree, inliers)
        best_sum = np.where(better, total, best_sum)
    return triangulate(projections, np.where(inliers[..., None], points_2d, np.nan)), inliers
