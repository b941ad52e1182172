# exercise: triangulate_dlt
# says: one view that is missing costs the point
# points: 4
def triangulate_dlt(projections, points_2d):
    result = np.full((points_2d.shape[1], 3), np.nan)
    for n in range(points_2d.shape[1]):
        if np.isnan(points_2d[:, n]).any():
            continue
        rows = points_2d[:, n, :, None] * projections[:, 2:3] - projections[:, :2]
        h = np.linalg.svd(rows.reshape(-1, 4))[2][-1]
        result[n] = h[:3] / h[3]
    return result
