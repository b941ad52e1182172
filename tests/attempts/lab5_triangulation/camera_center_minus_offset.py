# exercise: camera_center
# says: -b
# points: 0
def camera_center(projection):
    return -projection[:, 3]
