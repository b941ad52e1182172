# exercise: camera_center
# says: the vector that the whole matrix sends to zero
# points: all
def camera_center(projection):
    h = np.linalg.svd(projection)[2][-1]
    return h[:3] / h[3]
