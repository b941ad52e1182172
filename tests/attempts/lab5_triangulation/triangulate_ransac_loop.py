# exercise: triangulate_ransac
# says: point by point, the best by a tuple of scores
# points: all
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    C, N, _ = points_2d.shape
    inliers = np.zeros((C, N), dtype=bool)
    for n in range(N):
        pixels = points_2d[:, n : n + 1]
        best = (-1, 0.0)
        for i, j in combinations(range(C), 2):
            point = triangulate(projections[[i, j]], pixels[[i, j]])
            errors = reprojection_errors(projections, pixels, point)[:, 0]
            mine = errors <= threshold_px
            score = (mine.sum(), -errors[mine].sum())
            if score > best:
                best, inliers[:, n] = score, mine
    chosen = points_2d.copy()
    chosen[~inliers] = np.nan
    return triangulate(projections, chosen), inliers
