# exercise: triangulate_ransac
# says: count and sum in one number, argmax takes the first
# points: all
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    pairs = [list(p) for p in combinations(range(len(projections)), 2)]
    inside, score = [], []
    for p in pairs:
        e = reprojection_errors(projections, points_2d, triangulate(projections[p], points_2d[p]))
        ok = np.nan_to_num(e, nan=np.inf) <= threshold_px
        total = np.sum(e, axis=0, where=ok)
        inside.append(ok)
        score.append(ok.sum(axis=0) - total / (threshold_px * len(projections) + 1))
    best = np.argmax(score, axis=0)
    mask = np.take_along_axis(np.array(inside), best[None, None, :], axis=0)[0]
    final = np.array(points_2d)
    final[~mask] = np.nan
    return [triangulate(projections, final), mask]
