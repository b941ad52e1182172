# exercise: update_direction
# says: the length by einsum
# points: all
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    a = np.multiply(np.expand_dims(concentration, -1), mean_direction)
    b = np.expand_dims(np.asarray(bone_length) / np.asarray(bone_variance), -1) * (child_position - parent_position)
    s = a + b
    k = np.sqrt(np.einsum("...i,...i->...", s, s))
    safe = np.where(k == 0, 1.0, k)
    return np.where((k == 0)[..., None], mean_direction, s / safe[..., None]), k
