# exercise: triangulate_dlt
# says: each row has unit length
# points: all
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    rows = np.where(seen[..., None, None], rows, 0).transpose(1, 0, 2, 3).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows, full_matrices=False)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
