# exercise: triangulate_ransac
# says: stops at the first pair with three inliers
# points: 5
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    inliers = np.zeros(points_2d.shape[:2], dtype=bool)
    for pair in combinations(range(len(projections)), 2):
        views = list(pair)
        errors = reprojection_errors(projections, points_2d, triangulate(projections[views], points_2d[views]))
        agree = errors <= threshold_px
        better = (agree.sum(axis=0) > inliers.sum(axis=0)) & (inliers.sum(axis=0) < 3)
        inliers = np.where(better, agree, inliers)
    return triangulate(projections, np.where(inliers[..., None], points_2d, np.nan)), inliers
