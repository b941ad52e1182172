# exercise: smooth_trajectory
# says: inverts a sparse matrix, which fills up
# points: 6
def smooth_trajectory(points_3d, precisions, step_std_mm):
    from scipy.sparse import csc_array, diags_array
    from scipy.sparse.linalg import inv

    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means, variances = np.full((T, K, 3), np.nan), np.full((T, K), np.inf)
    for k in range(K):
        lam = precisions[:, k]
        if not lam.any():
            continue
        d = lam + 2 * q
        d[[0, -1]] -= q
        off = np.full(T - 1, -q)
        covariance = inv(csc_array(diags_array([off, d, off], offsets=[-1, 0, 1])))
        y = np.where(lam[:, None] > 0, points_3d[:, k], 0)
        means[:, k] = covariance @ (lam[:, None] * y)
        variances[:, k] = covariance.diagonal()
    return means, variances
