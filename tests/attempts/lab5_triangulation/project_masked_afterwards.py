# exercise: project
# says: divides first, with NumPy's warnings, and writes NaN over what is not in front
# points: all
def project(projections, points_3d):
    A, b = projections[..., :3], projections[..., 3]
    uvw = points_3d @ A.transpose(0, 2, 1) + b[:, None, :]
    pixels = uvw[..., :2] / uvw[..., 2:3]
    pixels[uvw[..., 2] <= 0] = np.nan
    return pixels
