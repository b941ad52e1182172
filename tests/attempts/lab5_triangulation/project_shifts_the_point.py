# exercise: project
# says: A (x + b)
# points: 1
def project(projections, points_3d):
    moved = points_3d[None] + projections[:, None, :, 3]
    uvw = np.einsum("cij,cnj->cni", projections[:, :, :3], moved)
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return uvw[..., :2] / w
