# exercise: projection_matrix
# says: R K in the place of K R
# points: 0
def projection_matrix(intrinsics, rotation, center):
    A = rotation @ intrinsics
    return np.column_stack([A, -A @ center])
