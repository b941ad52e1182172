# exercise: triangulate_dlt
# says: AᵀA in float32: fewer digits, and enough of them here
# points: all
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows = np.where(seen[..., None, None], rows, 0).astype(np.float32)
    gram = np.einsum("cnki,cnkj->nij", rows, rows)
    h = np.linalg.eigh(gram)[1][:, :, 0]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
