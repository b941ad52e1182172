# exercise: project
# says: NaN behind the camera, but infinity beside it
# points: 4
def project(projections, points_3d):
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    pixels = uvw[..., :2] / uvw[..., 2:]
    pixels[uvw[..., 2] < 0] = np.nan
    return pixels
