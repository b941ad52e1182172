# exercise: project
# says: one camera or one point loses its axis
# points: 3
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return np.squeeze(uvw[..., :2] / w)
