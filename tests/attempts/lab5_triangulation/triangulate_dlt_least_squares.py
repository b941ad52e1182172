# exercise: triangulate_dlt
# says: minimizes the reprojection error itself
# points: all
def triangulate_dlt(projections, points_2d):
    from scipy.optimize import least_squares

    out = np.full((points_2d.shape[1], 3), np.nan)
    for n in range(len(out)):
        ok = np.isfinite(points_2d[:, n]).all(axis=1)
        if ok.sum() < 2:
            continue
        P, x = projections[ok], points_2d[ok, n]
        rows = (x[..., None] * P[:, 2:3] - P[:, :2]).reshape(-1, 4)
        start = np.linalg.lstsq(rows[:, :3], -rows[:, 3], rcond=None)[0]

        def off(X):
            uvw = P[:, :, :3] @ X + P[:, :, 3]
            return (uvw[:, :2] / uvw[:, 2:] - x).ravel()

        out[n] = least_squares(off, start, x_scale=100.0).x
    return out
