# exercise: laplace_covariance
# says: one point and view at a time
# points: all
def laplace_covariance(projections, points_3d, weights, noise_std_px):
    result = np.full((len(points_3d), 3, 3), np.nan)
    for n, x in enumerate(points_3d):
        H = np.zeros((3, 3))
        for c, P in enumerate(projections):
            u, v, w = P[:, :3] @ x + P[:, 3]
            J = np.array([(P[0, :3] * w - u * P[2, :3]) / w**2, (P[1, :3] * w - v * P[2, :3]) / w**2])
            H += weights[c, n] * J.T @ J
        if (weights[:, n] > 0).sum() >= 2:
            result[n] = np.linalg.inv(H / noise_std_px**2)
    return result
