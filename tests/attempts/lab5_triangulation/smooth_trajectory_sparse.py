# exercise: smooth_trajectory
# says: a sparse LU, and its solutions of one unit vector at a time
# points: all
def smooth_trajectory(points_3d, precisions, step_std_mm):
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import splu

    T, K, _ = points_3d.shape
    q = 1 / step_std_mm**2
    means, variances = np.full((T, K, 3), np.nan), np.full((T, K), np.inf)
    laplacian = np.full(T, 2 * q)
    laplacian[[0, -1]] = q
    for k in range(K):
        lam = precisions[:, k]
        if lam.sum() == 0:
            continue
        off = np.full(T - 1, -q)
        solver = splu(diags_array([off, laplacian + lam, off], offsets=[-1, 0, 1]).tocsc())
        means[:, k] = solver.solve(lam[:, None] * np.where(lam[:, None] > 0, points_3d[:, k], 0.0))
        unit = np.zeros(T)
        for t in range(T):
            unit[t] = 1
            variances[t, k] = solver.solve(unit)[t]
            unit[t] = 0
    return means, variances
