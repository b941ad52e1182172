# exercise: project
# says: NaN for negative pixels
# points: 3
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    p = uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return np.where((p >= 0).all(axis=-1, keepdims=True), p, np.nan)
