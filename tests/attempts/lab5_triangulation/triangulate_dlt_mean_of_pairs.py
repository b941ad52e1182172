# exercise: triangulate_dlt
# says: the mean over pairs of views, of which some have parallel rays
# points: 6
def triangulate_dlt(projections, points_2d):
    found = []
    for a in range(len(projections)):
        for b in range(a):
            rows = points_2d[[a, b], :, :, None] * projections[[a, b], None, 2:3] - projections[[a, b], None, :2]
            rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], 4, 4)
            bad = np.isnan(rows).any(axis=(1, 2))
            h = np.linalg.svd(np.where(bad[:, None, None], 0, rows))[2][:, -1]
            found.append(np.where(bad[:, None], np.nan, h[:, :3] / h[:, 3:]))
    return np.nanmean(found, axis=0)
