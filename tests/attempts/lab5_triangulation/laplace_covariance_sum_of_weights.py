# exercise: laplace_covariance
# says: asks for a sum of weights of 2, not for two views that count
# points: less
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    check_cameras(projections)
    A = projections[:, :, :3]
    uvw = np.einsum('cij,pj->cpi', A, points_3d) + projections[:, None, :, 3]
    w = uvw[..., 2]
    pixels = uvw[..., :2] / w[..., None]
    J = (A[:, None, :2] - pixels[..., None] * A[:, None, 2:]) / w[..., None, None]
    precision = np.einsum('cp,cpki,cpkj->pij', weights, J, J) / noise_std_px ** 2
    covariance = np.full(precision.shape, np.nan)
    enough = weights.sum(axis=0) >= 2
    covariance[enough] = np.linalg.inv(precision[enough])
    return covariance
