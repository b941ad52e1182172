# exercise: update_direction
# says: one bone at a time
# points: all
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    gap = np.asarray(child_position) - parent_position
    shape = np.broadcast_shapes(
        gap.shape[:-1], np.shape(mean_direction)[:-1], np.shape(concentration), np.shape(bone_length), np.shape(bone_variance)
    )
    nu, gap = np.broadcast_to(mean_direction, (*shape, 3)), np.broadcast_to(gap, (*shape, 3))
    k, r, s = (np.broadcast_to(x, shape) for x in (concentration, bone_length, bone_variance))
    direction, kappa = np.empty((*shape, 3)), np.empty(shape)
    for i in np.ndindex(*shape):
        eta = k[i] * nu[i] + r[i] * gap[i] / s[i]
        kappa[i] = np.linalg.norm(eta)
        direction[i] = eta / kappa[i] if kappa[i] > 0 else nu[i]
    return direction, kappa
