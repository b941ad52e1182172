# exercise: projection_matrix
# says: K times [R | -Rc]
# points: all
def projection_matrix(intrinsics, rotation, center):
    return intrinsics @ np.hstack([rotation, -(rotation @ center)[:, None]])
