# exercise: smooth_trajectory
# says: forwards only: what comes later is not used
# points: 1
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    means, variances = np.zeros((T, K, 3)), np.zeros((T, K))
    m, v = np.zeros((K, 3)), np.full(K, 1e9)
    for t in range(T):
        if t:
            v = v + step_std_mm**2
        lam = precisions[t]
        gain = v * lam / (1 + v * lam)
        m = m + gain[:, None] * (np.where(lam[:, None] > 0, points_3d[t], 0) - m)
        v = v / (1 + v * lam)
        means[t], variances[t] = m, v
    never = ~(precisions > 0).any(axis=0)
    means[:, never], variances[:, never] = np.nan, np.inf
    return means, variances
