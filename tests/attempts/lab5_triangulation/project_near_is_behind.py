# exercise: project
# says: calls a point behind that is less than a millimeter in front
# points: 4
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return np.where(uvw[..., 2:] > 1, uvw[..., :2] / np.maximum(uvw[..., 2:], 1), np.nan)
