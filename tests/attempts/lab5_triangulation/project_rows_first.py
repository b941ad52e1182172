# exercise: project
# says: (row, column) for (column, row)
# points: 0
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return uvw[..., 1::-1] / w
