# exercise: smooth_trajectory
# says: the Thomas algorithm, and a backward recursion for the variances
# points: all
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = step_std_mm**-2.0
    means, variances = np.full((T, K, 3), np.nan), np.full((T, K), np.inf)
    for k in range(K):
        lam = np.asarray(precisions[:, k], float)
        if not (lam > 0).any():
            continue
        y = np.where(lam[:, None] > 0, points_3d[:, k], 0.0)
        d = lam + q * (np.r_[0, np.ones(T - 1)] + np.r_[np.ones(T - 1), 0])
        r = lam[:, None] * y
        s = d.copy()
        for t in range(1, T):
            f = -q / s[t - 1]
            s[t] = d[t] + f * q
            r[t] = r[t] - f * r[t - 1]
        x, v = np.zeros((T, 3)), np.zeros(T)
        x[-1], v[-1] = r[-1] / s[-1], 1 / s[-1]
        for t in range(T - 2, -1, -1):
            x[t] = (r[t] + q * x[t + 1]) / s[t]
            v[t] = 1 / s[t] + (q / s[t]) ** 2 * v[t + 1]
        means[:, k], variances[:, k] = x, v
    return means, variances
