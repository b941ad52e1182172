# exercise: smooth_trajectory
# says: solveh_banded for blocks of unit vectors
# points: all
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means = np.full((T, K, 3), np.nan)
    variances = np.full((T, K), np.inf)
    for k in range(K):
        lam = precisions[:, k]
        if lam.max() == 0:
            continue
        ab = np.zeros((2, T))
        ab[0] = -q
        ab[1] = lam + 2 * q
        ab[1, 0] -= q
        ab[1, -1] -= q
        means[:, k] = solveh_banded(ab, np.where(lam[:, None] > 0, lam[:, None] * points_3d[:, k], 0))
        for start in range(0, T, 16):
            block = np.arange(start, min(start + 16, T))
            unit = np.zeros((T, len(block)))
            unit[block, block - start] = 1
            variances[block, k] = solveh_banded(ab, unit)[block, block - start]
    return means, variances
