# exercise: project
# says: Rᵀ for R: the sum runs over the wrong index of A
# points: 0
def project(projections, points_3d):
    uvw = np.einsum("cji,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return np.where(uvw[..., 2:] > 0, uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], 1), np.nan)
