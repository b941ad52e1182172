# exercise: update_direction
# says: the bone as a unit vector
# points: 0
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    bone = child_position - parent_position
    long = np.linalg.norm(bone, axis=-1, keepdims=True)
    pull = k * mean_direction + r / s * bone / np.where(long > 0, long, 1)
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    return np.where(size > 0, pull / np.where(size > 0, size, 1), mean_direction), size[..., 0]
