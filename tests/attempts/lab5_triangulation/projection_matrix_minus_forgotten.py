# exercise: projection_matrix
# says: R c with the wrong sign
# points: 0
def projection_matrix(intrinsics, rotation, center):
    return intrinsics @ np.column_stack([rotation, rotation @ center])
