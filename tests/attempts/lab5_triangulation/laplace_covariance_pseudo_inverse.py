# exercise: laplace_covariance
# says: pinv says that an unknown depth is known exactly
# points: 3
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    p = uvw[..., :2] / uvw[..., 2:]
    J = (projections[:, None, :2, :3] - p[..., None] * projections[:, None, 2:, :3]) / uvw[..., 2, None, None]
    return np.linalg.pinv(np.einsum("cn,cnki,cnkj->nij", weights, J, J) / noise_std_px**2)
