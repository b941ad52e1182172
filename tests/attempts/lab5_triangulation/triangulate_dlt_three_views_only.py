# exercise: triangulate_dlt
# says: six rows, be there two views or five
# points: 1
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = np.zeros((points_2d.shape[1], 6, 4))
    for c in range(3):
        rows[:, 2 * c] = points_2d[c, :, :1] * projections[c, 2] - projections[c, 0]
        rows[:, 2 * c + 1] = points_2d[c, :, 1:] * projections[c, 2] - projections[c, 1]
    rows[np.isnan(rows)] = 0
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
