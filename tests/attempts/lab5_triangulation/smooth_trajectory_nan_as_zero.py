# exercise: smooth_trajectory
# says: smooths across a gap as if the point had been seen at the origin
# points: 3
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    lam = np.where(precisions > 0, precisions, 1.0)
    y = np.where(precisions[..., None] > 0, points_3d, 0)
    diagonal = lam + 2 * q
    diagonal[[0, -1]] -= q
    means, variances = np.zeros((T, K, 3)), np.zeros((T, K))
    for k in range(K):
        bands = np.vstack([np.full(T, -q), diagonal[:, k]])
        means[:, k] = solveh_banded(bands, lam[:, k, None] * y[:, k])
        up, down = diagonal[:, k].copy(), diagonal[:, k].copy()
        for t in range(1, T):
            up[t] -= q**2 / up[t - 1]
            down[T - 1 - t] -= q**2 / down[T - t]
        variances[:, k] = 1 / (up + down - diagonal[:, k])
    return means, variances
