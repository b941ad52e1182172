# exercise: triangulate_dlt
# says: p · third + first
# points: 1
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = points_2d[..., None] * projections[:, None, 2:] + projections[:, None, :2]
    rows = np.where(seen[..., None, None], rows, 0)
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
