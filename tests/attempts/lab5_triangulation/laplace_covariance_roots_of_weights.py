# exercise: laplace_covariance
# says: one tall Jacobian, scaled row by row
# points: all
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    result = np.full((len(points_3d), 3, 3), np.nan)
    for n in np.flatnonzero(np.count_nonzero(weights, axis=0) > 1):
        uvw = projections[:, :, :3] @ points_3d[n] + projections[:, :, 3]
        p = uvw[:, :2] / uvw[:, 2:]
        J = (projections[:, :2, :3] - p[:, :, None] * projections[:, 2:, :3]) / uvw[:, 2, None, None]
        tall = (np.sqrt(weights[:, n])[:, None, None] * J / noise_std_px).reshape(-1, 3)
        result[n] = np.linalg.inv(tall.T @ tall)
    return result
