# exercise: update_direction
# says: 2 σ² from the Gaussian's exponent, without the 2 of the cross term
# points: 0
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    pull = k * mean_direction + r / (2 * s) * (child_position - parent_position)
    size = np.linalg.norm(pull, axis=-1, keepdims=True)
    return np.where(size > 0, pull / np.where(size > 0, size, 1), mean_direction), size[..., 0]
