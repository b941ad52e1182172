# exercise: projection_matrix
# says: -c, not turned
# points: 0
def projection_matrix(intrinsics, rotation, center):
    return intrinsics @ np.column_stack([rotation, -center])
