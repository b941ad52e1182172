# exercise: update_direction
# says: one length for all bones
# points: 3
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.asarray(x, float)[..., None] for x in (concentration, bone_length, bone_variance))
    pull = k * mean_direction + r / s * (child_position - parent_position)
    size = np.linalg.norm(pull)
    return (pull / size if size > 0 else np.broadcast_to(mean_direction, pull.shape)), np.full(pull.shape[:-1], size)
