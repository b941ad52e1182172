# exercise: project
# says: np.divide with where=
# points: all
def project(projections, points_3d):
    num = points_3d @ np.swapaxes(projections[:, :, :3], 1, 2) + projections[:, :, 3][:, np.newaxis, :]
    out = np.full(num.shape[:-1] + (2,), np.nan)
    w = np.broadcast_to(num[..., 2:3], out.shape)
    np.divide(num[..., :2], w, out=out, where=w > 0)
    return out
