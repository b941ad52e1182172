# exercise: project
# says: whole pixels
# points: 1
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return np.round(uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan))
