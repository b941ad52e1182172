# exercise: reprojection_errors
# says: columns and rows as one complex number
# points: all
def reprojection_errors(projections, points_2d, points_3d):
    uvw = np.einsum("cij,nj->cni", projections, np.c_[points_3d, np.ones(len(points_3d))])
    w = np.where(uvw[..., 2] > 0, uvw[..., 2], np.nan)
    landed = (uvw[..., 0] + 1j * uvw[..., 1]) / w
    return np.abs(landed - (points_2d[..., 0] + 1j * points_2d[..., 1]))
