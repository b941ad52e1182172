# exercise: camera_center
# says: b itself
# points: 0
def camera_center(projection):
    return projection[:, 3]
