# exercise: update_direction
# says: divides by the root of the variance
# points: 2
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    pull = k * mean_direction + r / np.sqrt(s) * (child_position - parent_position)
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    return np.where(size > 0, pull / np.where(size > 0, size, 1), mean_direction), size[..., 0]
