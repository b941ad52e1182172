# exercise: triangulate_dlt
# says: the smallest eigenvector of AᵀA in float64
# points: all
def triangulate_dlt(projections, points_2d):
    seen = ~np.isnan(points_2d).any(axis=-1)
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows[~seen] = 0
    gram = np.einsum("cnki,cnkj->nij", rows, rows)
    h = np.linalg.eigh(gram)[1][:, :, 0]
    points = h[:, :3] / h[:, 3:]
    points[seen.sum(axis=0) < 2] = np.nan
    return points
