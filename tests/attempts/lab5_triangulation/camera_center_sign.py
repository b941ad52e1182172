# exercise: camera_center
# says: the mirror image of the center
# points: 0
def camera_center(projection):
    return np.linalg.solve(projection[:, :3], projection[:, 3])
