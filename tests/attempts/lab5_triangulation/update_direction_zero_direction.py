# exercise: update_direction
# says: a direction of length zero where both cancel
# points: 4
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    pull = k * mean_direction + r / s * (child_position - parent_position)
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    return pull / np.maximum(size, 1e-12), size[..., 0]
