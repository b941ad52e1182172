# exercise: triangulate_dlt
# says: one point at a time, with the rows of the views that see it
# points: all
def triangulate_dlt(projections, points_2d):
    result = np.full((points_2d.shape[1], 3), np.nan)
    for n in range(points_2d.shape[1]):
        rows = []
        for camera, (p, q) in zip(projections, points_2d[:, n]):
            if not np.isnan(p + q):
                rows += [p * camera[2] - camera[0], q * camera[2] - camera[1]]
        if len(rows) >= 4:
            h = np.linalg.svd(np.array(rows))[2][-1]
            result[n] = h[:3] / h[3]
    return result
