# exercise: reprojection_errors
# says: a point behind the camera gets a distance
# points: 2
def reprojection_errors(projections, points_2d, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    return np.linalg.norm(uvw[..., :2] / uvw[..., 2:] - points_2d, axis=-1)
