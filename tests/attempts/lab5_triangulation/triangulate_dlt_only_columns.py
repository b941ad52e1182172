# exercise: triangulate_dlt
# says: one row a view: half of what was measured
# points: 2
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = points_2d[..., :1] * projections[:, None, 2] - projections[:, None, 0]
    rows = np.where(seen[..., None], rows, 0).transpose(1, 0, 2)
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
