# exercise: smooth_trajectory
# says: the variances are forgotten
# points: 1
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means = np.full((T, K, 3), np.nan)
    for k in range(K):
        lam = precisions[:, k]
        if not lam.any():
            continue
        diagonal = lam + 2 * q
        diagonal[[0, -1]] -= q
        y = np.where(lam[:, None] > 0, points_3d[:, k], 0)
        means[:, k] = solveh_banded(np.vstack([np.full(T, -q), diagonal]), lam[:, None] * y)
    return means
