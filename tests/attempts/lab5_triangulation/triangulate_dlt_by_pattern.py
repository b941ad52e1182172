# exercise: triangulate_dlt
# says: one decomposition for all points with the same views
# points: all
def triangulate_dlt(projections, points_2d):
    seen = ~np.isnan(points_2d).any(axis=2)
    out = np.full((points_2d.shape[1], 3), np.nan)
    for pattern in np.unique(seen, axis=1).T:
        which = (seen == pattern[:, None]).all(axis=0)
        if pattern.sum() < 2:
            continue
        P, x = projections[pattern], points_2d[np.ix_(pattern, which)]
        rows = np.concatenate([x[:, :, :1] * P[:, None, 2] - P[:, None, 0], x[:, :, 1:] * P[:, None, 2] - P[:, None, 1]])
        h = np.linalg.svd(rows.transpose(1, 0, 2))[2][:, -1]
        out[which] = h[:, :3] / h[:, [3]]
    return out
