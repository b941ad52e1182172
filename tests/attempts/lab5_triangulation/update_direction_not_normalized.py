# exercise: update_direction
# says: the pull itself as the direction
# points: 0
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    pull = k * mean_direction + r / s * (child_position - parent_position)
    return pull, np.linalg.norm(pull, axis=-1)
