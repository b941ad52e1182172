# exercise: triangulate_ransac
# says: the pair that is best for all points together
# points: less
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    best, inliers = -1, np.zeros(points_2d.shape[:2], dtype=bool)
    for pair in combinations(range(len(projections)), 2):
        views = list(pair)
        errors = reprojection_errors(projections, points_2d, triangulate(projections[views], points_2d[views]))
        agree = errors <= threshold_px
        if agree.sum() > best:
            best, inliers = agree.sum(), agree
    return triangulate(projections, np.where(inliers[..., None], points_2d, np.nan)), inliers
