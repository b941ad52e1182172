# exercise: camera_center
# says: lstsq
# points: all
def camera_center(projection):
    return np.linalg.lstsq(projection[:, :3], -projection[:, 3], rcond=None)[0]
