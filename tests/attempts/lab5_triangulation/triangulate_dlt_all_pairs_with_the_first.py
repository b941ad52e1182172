# exercise: triangulate_dlt
# says: the first camera with each other, averaged
# points: 3
def triangulate_dlt(projections, points_2d):
    found = []
    for c in range(1, len(projections)):
        P, x = projections[[0, c]], points_2d[[0, c]]
        ok = np.isfinite(x).all(axis=(0, 2))
        rows = np.nan_to_num(x)[..., None] * P[:, None, 2:] - P[:, None, :2]
        h = np.linalg.svd(np.moveaxis(rows, 0, 1).reshape(x.shape[1], -1, 4))[2][:, -1]
        found.append(np.where(ok[:, None], h[:, :3] / h[:, 3:], np.nan))
    return np.nanmean(found, axis=0)
