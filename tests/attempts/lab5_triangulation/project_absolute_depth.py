# exercise: project
# says: divides by |w|, so that what is behind appears in front
# points: 3
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return uvw[..., :2] / np.abs(uvw[..., 2:])
