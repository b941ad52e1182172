# exercise: smooth_trajectory
# says: an information filter and a backward one, with all key points at once
# points: all
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    s2 = step_std_mm**2
    y = np.nan_to_num(points_3d)
    J, h = precisions.astype(float), precisions[:, :, None] * y
    Jf, hf = J.copy(), h.copy()
    for t in range(T - 1):
        a = 1 / (1 + s2 * Jf[t])
        Jf[t + 1] += a * Jf[t]
        hf[t + 1] += a[:, None] * hf[t]
    Jb, hb = np.zeros((T, K)), np.zeros((T, K, 3))
    for t in range(T - 1, 0, -1):
        a = 1 / (1 + s2 * (Jb[t] + J[t]))
        Jb[t - 1] = a * (Jb[t] + J[t])
        hb[t - 1] = a[:, None] * (hb[t] + h[t])
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = 1 / (Jf + Jb)
        means = (hf + hb) / (Jf + Jb)[:, :, None]
    return means, variances
