# exercise: triangulate_ransac
# says: recomputes the inliers from the final point: they are not the winner's
# points: less
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    check_views(projections, points_2d)
    num_cameras, num_points, _ = points_2d.shape
    inliers = np.zeros((num_cameras, num_points), dtype=bool)
    best_sum = np.full(num_points, np.inf)
    for pair in combinations(range(num_cameras), 2):
        views = list(pair)
        proposed = triangulate(projections[views], points_2d[views])
        errors = reprojection_errors(projections, points_2d, proposed)
        agree = errors <= threshold_px
        total = np.where(agree, errors, 0).sum(axis=0)
        count, best = (agree.sum(axis=0), inliers.sum(axis=0))
        better = (count > best) | (count == best) & (total < best_sum)
        inliers[:, better] = agree[:, better]
        best_sum[better] = total[better]
    points_3d = triangulate(projections, np.where(inliers[:, :, None], points_2d, np.nan))
    inliers = reprojection_errors(projections, points_2d, points_3d) <= threshold_px
    return (points_3d, inliers)
