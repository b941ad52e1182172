# exercise: triangulate_dlt
# says: pixels are moved and scaled for each camera first, as Hartley does
# points: all
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    rows = np.zeros((points_2d.shape[1], 2 * len(projections), 4))
    for c, camera in enumerate(projections):
        if not seen[c].any():
            continue
        middle, scale = points_2d[c, seen[c]].mean(axis=0), 500.0
        T = np.array([[1 / scale, 0, -middle[0] / scale], [0, 1 / scale, -middle[1] / scale], [0, 0, 1]])
        P = T @ camera
        p, q = ((points_2d[c] - middle) / scale).T
        rows[:, 2 * c] = p[:, None] * P[2] - P[0]
        rows[:, 2 * c + 1] = q[:, None] * P[2] - P[1]
        rows[~seen[c], 2 * c : 2 * c + 2] = 0
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
