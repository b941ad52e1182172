# exercise: project
# says: divides the camera's rows in place on the way
# points: 4
def project(projections, points_3d):
    result = np.full((len(projections), len(points_3d), 2), np.nan)
    for c in range(len(projections)):
        A, b = projections[c, :, :3], projections[c, :, 3]
        for n in range(len(points_3d)):
            u, v, w = A @ points_3d[n] + b
            if w > 0:
                result[c, n] = u / w, v / w
        A /= np.linalg.norm(A[2])
    return result
