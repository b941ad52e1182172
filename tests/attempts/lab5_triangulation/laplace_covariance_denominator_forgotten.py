# exercise: laplace_covariance
# says: as if the depth did not change with the point
# points: 0
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    J = projections[:, None, :2, :3] / uvw[..., 2, None, None]
    H = np.einsum("cn,cnki,cnkj->nij", weights, J, J) / noise_std_px**2
    few = (weights > 0).sum(axis=0) < 2
    H[few] = np.eye(3)
    covariance = np.linalg.inv(H)
    covariance[few] = np.nan
    return covariance
