# exercise: project
# says: 0 where there is no image
# points: 3
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.inf)
    return uvw[..., :2] / w
