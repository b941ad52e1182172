# exercise: laplace_covariance
# says: σ for σ²
# points: 1
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    p = uvw[..., :2] / uvw[..., 2:]
    J = (projections[:, None, :2, :3] - p[..., None] * projections[:, None, 2:, :3]) / uvw[..., 2, None, None]
    H = np.einsum("cn,cnki,cnkj->nij", weights, J, J) / noise_std_px
    few = (weights > 0).sum(axis=0) < 2
    H[few] = np.eye(3)
    covariance = np.linalg.inv(H)
    covariance[few] = np.nan
    return covariance
