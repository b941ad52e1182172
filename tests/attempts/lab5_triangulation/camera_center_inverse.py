# exercise: camera_center
# says: with the inverse of A
# points: all
def camera_center(projection):
    return -np.linalg.inv(projection[:, :3]) @ projection[:, 3]
