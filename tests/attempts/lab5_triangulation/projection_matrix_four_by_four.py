# exercise: projection_matrix
# says: by homogeneous matrices
# points: all
def projection_matrix(intrinsics, rotation, center):
    shift = np.eye(4)
    shift[:3, 3] = -center
    turn = np.eye(4)
    turn[:3, :3] = rotation
    return intrinsics @ (turn @ shift)[:3]
