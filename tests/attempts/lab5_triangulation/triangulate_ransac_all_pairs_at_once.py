# exercise: triangulate_ransac
# says: stacks all proposals, and sorts by count, then by sum
# points: all
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    pairs = list(combinations(range(len(projections)), 2))
    errors = np.stack(
        [reprojection_errors(projections, points_2d, triangulate(projections[list(p)], points_2d[list(p)])) for p in pairs]
    )
    inliers = np.less_equal(errors, threshold_px)
    count = inliers.sum(axis=1)
    total = np.where(inliers, errors, 0).sum(axis=1)
    winner = np.lexsort((np.arange(len(pairs))[:, None] + 0 * count, total, -count), axis=0)[0]
    chosen = inliers[winner, :, np.arange(points_2d.shape[1])].T
    return triangulate(projections, np.where(chosen[..., None], points_2d, np.nan)), chosen
