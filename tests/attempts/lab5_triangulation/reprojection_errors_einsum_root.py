# exercise: reprojection_errors
# says: the root of an einsum
# points: all
def reprojection_errors(projections, points_2d, points_3d):
    h = np.concatenate([points_3d, np.ones((len(points_3d), 1))], axis=1)
    uvw = h @ projections.transpose(0, 2, 1)
    d = np.where(uvw[:, :, 2:] > 0, uvw[:, :, :2] / uvw[:, :, 2:], np.nan) - points_2d
    return np.einsum("cnk,cnk->cn", d, d) ** 0.5
