# exercise: project
# says: a camera with one point behind it gets NaN for all
# points: 3
def project(projections, points_3d):
    check_cameras(projections)
    homogeneous = np.concatenate([points_3d, np.ones((len(points_3d), 1))], axis=1)
    uvw = np.einsum("cij,nj->cni", projections, homogeneous)
    w = uvw[..., 2]
    behind = w <= 0
    points_2d = uvw[..., :2] / np.where(behind, 1.0, w)[..., None]
    points_2d[behind.any(axis=1)] = np.nan
    return points_2d
