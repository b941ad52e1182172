# exercise: smooth_trajectory
# says: the frame's own measurement counts in both directions
# points: 1
def smooth_trajectory(points_3d, precisions, step_std_mm):
    T, K, _ = points_3d.shape
    s2 = step_std_mm**2
    y = np.nan_to_num(points_3d)
    J, h = precisions.astype(float), precisions[:, :, None] * y
    Jf, hf, Jb, hb = J.copy(), h.copy(), J.copy(), h.copy()
    for t in range(T - 1):
        a = 1 / (1 + s2 * Jf[t])
        Jf[t + 1] += a * Jf[t]
        hf[t + 1] += a[:, None] * hf[t]
    for t in range(T - 1, 0, -1):
        a = 1 / (1 + s2 * Jb[t])
        Jb[t - 1] += a * Jb[t]
        hb[t - 1] += a[:, None] * hb[t]
    with np.errstate(divide="ignore", invalid="ignore"):
        return (hf + hb) / (Jf + Jb)[:, :, None], 1 / (Jf + Jb)
