# exercise: triangulate_dlt
# says: sets p · third to zero for a view that does not see, and leaves -first
# points: 5
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = np.nan_to_num(points_2d[..., None] * projections[:, None, 2:]) - projections[:, None, :2]
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
