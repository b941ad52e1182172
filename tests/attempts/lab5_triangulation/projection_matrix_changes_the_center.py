# exercise: projection_matrix
# says: negates the caller's center in place
# points: less
def projection_matrix(
    intrinsics: Float[np.ndarray, "3 3"],
    rotation: Float[np.ndarray, "3 3"],
    center: Float[np.ndarray, " 3"],
) -> Float[np.ndarray, "3 4"]:
    """The projection matrix of a camera that is told by where it stands."""
    check_rotation(rotation)

    # K R (x - c) = K R x - K R c
    A = intrinsics @ rotation
    center *= -1
    b = A @ center
    projection = np.column_stack([A, b])
    return projection
