# exercise: smooth_trajectory
# says: a key point that was never measured lies at the origin
# points: 6
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means, variances = np.zeros((T, K, 3)), np.zeros((T, K))
    for k in range(K):
        lam = np.maximum(precisions[:, k], 1e-12)
        diagonal = lam + 2 * q
        diagonal[[0, -1]] -= q
        y = np.where(precisions[:, k, None] > 0, points_3d[:, k], 0)
        means[:, k] = solveh_banded(np.vstack([np.full(T, -q), diagonal]), lam[:, None] * y)
        up, down = diagonal.copy(), diagonal.copy()
        for t in range(1, T):
            up[t] -= q**2 / up[t - 1]
            down[T - 1 - t] -= q**2 / down[T - t]
        variances[:, k] = 1 / (up + down - diagonal)
    return means, variances
