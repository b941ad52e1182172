# exercise: triangulate_ransac
# says: hands all cameras to triangulate, with all views but two hidden
# points: all
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    best_count = np.full(points_2d.shape[1], -1)
    best_sum = np.zeros(points_2d.shape[1])
    best = np.zeros(points_2d.shape[:2], dtype=bool)
    for i in range(len(projections)):
        for j in range(i + 1, len(projections)):
            two = np.full(points_2d.shape, np.nan)
            two[i], two[j] = points_2d[i], points_2d[j]
            errors = reprojection_errors(projections, points_2d, triangulate(projections, two))
            errors = np.where(np.isnan(errors), np.inf, errors)
            inside = errors <= threshold_px
            count, total = inside.sum(0), (errors * 0 if False else np.where(inside, errors, 0)).sum(0)
            win = (count > best_count) | ((count == best_count) & (total < best_sum))
            best[:, win] = inside[:, win]
            best_count[win], best_sum[win] = count[win], total[win]
    final = points_2d.copy()
    final[~best] = np.nan
    return triangulate(projections, final), best
