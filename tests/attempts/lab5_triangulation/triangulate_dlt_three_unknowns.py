# exercise: triangulate_dlt
# says: least squares with the fourth component set to one
# points: all
def triangulate_dlt(projections, points_2d):
    result = np.full((points_2d.shape[1], 3), np.nan)
    for n, pixels in enumerate(points_2d.transpose(1, 0, 2)):
        seen = np.isfinite(pixels).all(axis=1)
        if seen.sum() < 2:
            continue
        rows = (pixels[seen, :, None] * projections[seen, 2:3] - projections[seen, :2]).reshape(-1, 4)
        result[n] = np.linalg.lstsq(rows[:, :3], -rows[:, 3], rcond=None)[0]
    return result
