# exercise: smooth_trajectory
# says: a smoothness of velocity, not of position
# points: 0
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    D = np.diff(np.eye(T), n=2, axis=0) / step_std_mm
    means, variances = np.full((T, K, 3), np.nan), np.full((T, K), np.inf)
    for k in range(K):
        if precisions[:, k].any():
            covariance = np.linalg.pinv(D.T @ D + np.diag(precisions[:, k]), hermitian=True)
            y = np.where(precisions[:, k, None] > 0, points_3d[:, k], 0)
            means[:, k] = covariance @ (precisions[:, k, None] * y)
            variances[:, k] = np.diag(covariance)
    return means, variances
