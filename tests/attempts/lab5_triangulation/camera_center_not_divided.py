# exercise: camera_center
# says: the null vector without its fourth component
# points: 0
def camera_center(projection):
    return np.linalg.svd(projection)[2][-1][:3]
