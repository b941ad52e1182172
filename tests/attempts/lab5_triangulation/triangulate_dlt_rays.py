# exercise: triangulate_dlt
# says: the point nearest to all rays, each from its camera's center
# points: all
def triangulate_dlt(projections, points_2d):
    result = np.full((points_2d.shape[1], 3), np.nan)
    for n in range(points_2d.shape[1]):
        M, y, count = np.zeros((3, 3)), np.zeros(3), 0
        for camera, pixel in zip(projections, points_2d[:, n]):
            if np.isnan(pixel).any():
                continue
            inverse = np.linalg.inv(camera[:, :3])
            center, direction = -inverse @ camera[:, 3], inverse @ np.append(pixel, 1)
            direction /= np.linalg.norm(direction)
            across = np.eye(3) - np.outer(direction, direction)
            M, y, count = M + across, y + across @ center, count + 1
        if count >= 2:
            result[n] = np.linalg.solve(M, y)
    return result
