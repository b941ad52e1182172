# exercise: update_direction
# says: natural parameters of prior and likelihood
# points: all
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    prior = np.asarray(concentration)[..., None] * mean_direction
    gain = np.asarray(bone_length / np.asarray(bone_variance, dtype=float))
    eta = prior + gain[..., None] * (child_position - parent_position)
    kappa = np.sqrt((eta**2).sum(-1))
    direction = np.broadcast_to(mean_direction, eta.shape).copy()
    known = kappa > 0
    direction[known] = eta[known] / kappa[known][:, None]
    return direction, kappa
