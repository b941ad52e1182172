# exercise: update_direction
# says: the mean of two directions, each of unit length
# points: 0
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    bone = child_position - parent_position
    long = np.linalg.norm(bone, axis=-1, keepdims=True)
    total = mean_direction + bone / np.where(long > 0, long, 1)
    size = np.linalg.norm(total, axis=-1, keepdims=True)
    return total / np.where(size > 0, size, 1), concentration + (bone_length / np.asarray(bone_variance)) * long[..., 0]
