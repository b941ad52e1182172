# exercise: reprojection_errors
# says: one camera at a time
# points: all
def reprojection_errors(projections, points_2d, points_3d):
    errors = np.full(points_2d.shape[:2], np.nan)
    for c, camera in enumerate(projections):
        for n, point in enumerate(points_3d):
            u, v, w = camera[:, :3] @ point + camera[:, 3]
            if w > 0:
                errors[c, n] = np.linalg.norm(np.array([u / w, v / w]) - points_2d[c, n])
    return errors
