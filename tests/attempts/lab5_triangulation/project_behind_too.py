# exercise: project
# says: divides, and never looks at the sign of w
# points: 3
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return uvw[..., :2] / uvw[..., 2:]
