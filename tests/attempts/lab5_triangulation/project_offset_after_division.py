# exercise: project
# says: adds b to the pixel
# points: 1
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d)
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return uvw[..., :2] / w + projections[:, None, :2, 3]
