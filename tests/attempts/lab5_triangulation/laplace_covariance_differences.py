# exercise: laplace_covariance
# says: slopes by small steps
# points: all
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    def look(x):
        uvw = np.einsum("cij,nj->cni", projections[:, :, :3], x) + projections[:, None, :, 3]
        return uvw[..., :2] / uvw[..., 2:]

    J = np.stack([(look(points_3d + h) - look(points_3d - h)) / 0.02 for h in 0.01 * np.eye(3)], axis=-1)
    H = np.einsum("cn,cnki,cnkj->nij", weights, J, J) / noise_std_px**2
    few = (weights > 0).sum(axis=0) < 2
    H[few] = np.eye(3)
    covariance = np.linalg.inv(H)
    covariance[few] = np.nan
    return covariance
