# exercise: update_direction
# says: concentrations added as numbers, which forgets that they may disagree
# points: 1
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    bone = r / s * (child_position - parent_position)
    pull = k * mean_direction + bone
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    direction = np.where(size > 0, pull / np.where(size > 0, size, 1), mean_direction)
    return direction, (k + np.linalg.norm(bone, axis=-1, keepdims=True))[..., 0]
