# exercise: update_direction
# says: np.newaxis and np.divide
# points: all
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    gain = np.asarray(np.divide(bone_length, bone_variance))[..., np.newaxis]
    total = np.asarray(concentration, dtype=float)[..., np.newaxis] * mean_direction
    total = total + gain * np.subtract(child_position, parent_position)
    size = np.linalg.norm(total, axis=-1)
    unit = np.divide(total, size[..., None], out=np.array(np.broadcast_to(mean_direction, total.shape), dtype=float), where=size[..., None] > 0)
    return unit, size
