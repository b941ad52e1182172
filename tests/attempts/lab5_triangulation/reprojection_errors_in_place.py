# exercise: reprojection_errors
# says: subtracts from the caller's detections
# points: 2
def reprojection_errors(projections, points_2d, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    points_2d -= uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    return np.linalg.norm(points_2d, axis=-1)
