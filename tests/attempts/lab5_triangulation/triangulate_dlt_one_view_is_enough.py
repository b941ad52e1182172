# exercise: triangulate_dlt
# says: returns what the decomposition says for points seen once or never
# points: 5
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows = np.where(seen[..., None, None], rows, 0)
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows)[2][:, -1]
    return h[:, :3] / h[:, 3:]
