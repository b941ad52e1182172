# exercise: project
# says: b is forgotten, so that all cameras stand at the origin
# points: 1
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d)
    return np.where(uvw[..., 2:] > 0, uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], 1), np.nan)
