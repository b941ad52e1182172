# exercise: laplace_covariance
# says: every view counts
# points: 0
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    p = uvw[..., :2] / uvw[..., 2:]
    J = (projections[:, None, :2, :3] - p[..., None] * projections[:, None, 2:, :3]) / uvw[..., 2, None, None]
    covariance = np.linalg.inv(np.einsum("cnki,cnkj->nij", J, J) / noise_std_px**2)
    covariance[(weights > 0).sum(axis=0) < 2] = np.nan
    return covariance
