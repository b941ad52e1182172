# exercise: project
# says: divides by the distance, not by the depth
# points: 0
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    d = np.linalg.norm(uvw, axis=-1, keepdims=True)
    return np.where(uvw[..., 2:] > 0, uvw[..., :2] / d, np.nan)
