# exercise: triangulate_dlt
# says: fills a missing view with the mean pixel of the others
# points: 5
def triangulate_dlt(projections, points_2d):
    seen = np.isfinite(points_2d).all(axis=-1)
    count = np.maximum(seen.sum(axis=0), 1)[:, None]
    mean = np.where(seen[..., None], points_2d, 0).sum(axis=0) / count
    pixels = np.where(seen[..., None], points_2d, mean)
    rows = pixels[..., None] * projections[:, None, 2:] - projections[:, None, :2]
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.svd(rows)[2][:, -1]
    return np.where(seen.sum(axis=0)[:, None] > 1, h[:, :3] / h[:, 3:], np.nan)
