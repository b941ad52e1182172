# exercise: reprojection_errors
# says: the larger of the two differences
# points: 1
def reprojection_errors(projections, points_2d, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    w = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return np.abs(uvw[..., :2] / w - points_2d).max(axis=-1)
