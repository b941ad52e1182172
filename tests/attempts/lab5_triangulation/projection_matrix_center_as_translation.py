# exercise: projection_matrix
# says: t = c: -R c is forgotten
# points: 0
def projection_matrix(intrinsics, rotation, center):
    return intrinsics @ np.column_stack([rotation, center])
