# exercise: project
# says: three dot products
# points: all
def project(projections, points_3d):
    u = np.tensordot(projections[:, 0, :3], points_3d, axes=(1, 1)) + projections[:, 0, 3][:, None]
    v = np.tensordot(projections[:, 1, :3], points_3d, axes=(1, 1)) + projections[:, 1, 3][:, None]
    w = np.tensordot(projections[:, 2, :3], points_3d, axes=(1, 1)) + projections[:, 2, 3][:, None]
    w[w <= 0] = np.nan
    return np.dstack([u / w, v / w])
