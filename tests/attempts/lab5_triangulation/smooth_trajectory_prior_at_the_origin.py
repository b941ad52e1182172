# exercise: smooth_trajectory
# says: the first position has a prior around zero
# points: 1
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means, variances = np.full((T, K, 3), np.nan), np.full((T, K), np.inf)
    for k in range(K):
        lam = precisions[:, k]
        if not lam.any():
            continue
        diagonal = lam + 2 * q
        diagonal[-1] -= q
        y = np.where(lam[:, None] > 0, points_3d[:, k], 0)
        means[:, k] = solveh_banded(np.vstack([np.full(T, -q), diagonal]), lam[:, None] * y)
        up, down = diagonal.copy(), diagonal.copy()
        for t in range(1, T):
            up[t] -= q**2 / up[t - 1]
            down[T - 1 - t] -= q**2 / down[T - t]
        variances[:, k] = 1 / (up + down - diagonal)
    return means, variances
