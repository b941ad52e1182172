# exercise: update_direction
# says: the prior's mean direction without its concentration
# points: 0
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    r, s = (np.asarray(x, float)[..., None] for x in (bone_length, bone_variance))
    pull = mean_direction + r / s * (child_position - parent_position)
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    return np.where(size > 0, pull / np.where(size > 0, size, 1), mean_direction), size[..., 0]
