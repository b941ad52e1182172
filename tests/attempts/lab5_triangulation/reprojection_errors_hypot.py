# exercise: reprojection_errors
# says: np.hypot of the two differences
# points: all
def reprojection_errors(projections, points_2d, points_3d):
    uvw = projections[:, :, :3] @ points_3d.T + projections[:, :, 3:]
    w = np.where(uvw[:, 2] > 0, uvw[:, 2], np.nan)
    return np.hypot(uvw[:, 0] / w - points_2d[..., 0], uvw[:, 1] / w - points_2d[..., 1])
