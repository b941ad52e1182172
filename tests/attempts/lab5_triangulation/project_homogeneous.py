# exercise: project
# says: a 1 below each point, and one product for all cameras
# points: all
def project(projections, points_3d):
    homogeneous = np.column_stack([points_3d, np.ones(len(points_3d))])
    uvw = (projections @ homogeneous.T).transpose(0, 2, 1)
    pixels = np.full(uvw.shape[:2] + (2,), np.nan)
    front = uvw[..., 2] > 0
    pixels[front] = uvw[front][:, :2] / uvw[front][:, 2:]
    return pixels
