# exercise: projection_matrix
# says: Rᵀ for R
# points: 0
def projection_matrix(intrinsics, rotation, center):
    return intrinsics @ np.column_stack([rotation.T, -rotation.T @ center])
