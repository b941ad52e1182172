# exercise: triangulate_dlt
# says: all points in one decomposition: right for a single point
# points: 0
def triangulate_dlt(projections, points_2d):
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows = rows[np.isfinite(rows).all(axis=-1)]
    h = np.linalg.svd(rows)[2][-1]
    return np.tile(h[:3] / h[3], (points_2d.shape[1], 1))
