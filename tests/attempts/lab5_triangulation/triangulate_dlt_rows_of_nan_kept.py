# exercise: triangulate_dlt
# says: NaN goes into the decomposition, which refuses it
# points: 3
def triangulate_dlt(projections, points_2d):
    rows = points_2d[..., None] * projections[:, None, 2:3] - projections[:, None, :2]
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows)[2][:, -1]
    return h[:, :3] / h[:, 3:]
