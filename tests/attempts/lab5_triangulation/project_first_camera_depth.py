# exercise: project
# says: the depth of the first camera for all
# points: 1
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    w = np.where(uvw[:1, :, 2:] > 0, uvw[:1, :, 2:], np.nan)
    return uvw[..., :2] / w
