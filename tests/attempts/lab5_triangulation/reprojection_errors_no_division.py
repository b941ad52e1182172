# exercise: reprojection_errors
# says: compares u and v with pixels
# points: 1
def reprojection_errors(projections, points_2d, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return np.linalg.norm(np.where(uvw[..., 2:] > 0, uvw[..., :2], np.nan) - points_2d, axis=-1)
