# exercise: projection_matrix
# says: K is applied to the rotation only
# points: 0
def projection_matrix(intrinsics, rotation, center):
    return np.column_stack([intrinsics @ rotation, -rotation @ center])
