# exercise: smooth_trajectory
# says: standard deviations for variances
# points: 5
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    s2 = step_std_mm**2
    y = np.nan_to_num(points_3d)
    J, h = precisions.astype(float), precisions[:, :, None] * y
    Jf, hf, Jb, hb = J.copy(), h.copy(), np.zeros((T, K)), np.zeros((T, K, 3))
    for t in range(T - 1):
        a = 1 / (1 + s2 * Jf[t])
        Jf[t + 1] += a * Jf[t]
        hf[t + 1] += a[:, None] * hf[t]
    for t in range(T - 1, 0, -1):
        a = 1 / (1 + s2 * (Jb[t] + J[t]))
        Jb[t - 1], hb[t - 1] = a * (Jb[t] + J[t]), a[:, None] * (hb[t] + h[t])
    return (hf + hb) / (Jf + Jb)[:, :, None], np.sqrt(1 / (Jf + Jb))
