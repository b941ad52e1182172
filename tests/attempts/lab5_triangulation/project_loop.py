# exercise: project
# says: one camera and point at a time
# points: all
def project(projections, points_3d):
    pixels = np.full((len(projections), len(points_3d), 2), np.nan)
    for c, camera in enumerate(projections):
        for n, point in enumerate(points_3d):
            u, v, w = camera @ np.append(point, 1)
            if w > 0:
                pixels[c, n] = u / w, v / w
    return pixels
