# exercise: smooth_trajectory
# says: a Kalman filter with a nearly flat start, and the Rauch-Tung-Striebel smoother
# points: all
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    q = step_std_mm**2
    huge = 1e9
    means, variances = np.zeros((T, K, 3)), np.zeros((T, K))
    m, v = np.zeros((K, 3)), np.full(K, huge)
    for t in range(T):
        if t:
            v = v + q
        lam = precisions[t]
        y = np.where(lam[:, None] > 0, points_3d[t], 0)
        gain = v * lam / (1 + v * lam)
        m = m + gain[:, None] * (y - m)
        v = v / (1 + v * lam)
        means[t], variances[t] = m, v
    for t in range(T - 2, -1, -1):
        ahead = variances[t] + q
        gain = variances[t] / ahead
        means[t] += gain[:, None] * (means[t + 1] - means[t])
        variances[t] += gain**2 * (variances[t + 1] - ahead)
    never = ~(precisions > 0).any(axis=0)
    means[:, never], variances[:, never] = np.nan, np.inf
    return means, variances
