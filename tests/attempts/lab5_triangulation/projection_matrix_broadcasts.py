# exercise: projection_matrix
# says: what a point at zero and the three unit vectors give
# points: all
def projection_matrix(intrinsics, rotation, center):
    corners = np.vstack([np.eye(3), np.zeros(3)])
    images = (corners - center) @ (intrinsics @ rotation).T
    return np.column_stack([(images[:3] - images[3]).T, images[3]])
