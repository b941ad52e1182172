# exercise: update_direction
# says: np.expand_dims for the axis of coordinates
# points: all
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    k, r, s = (np.expand_dims(np.asarray(x, float), -1) for x in (concentration, bone_length, bone_variance))
    total = k * mean_direction + r * child_position / s - r * parent_position / s
    size = np.linalg.norm(total, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        direction = total / size
    return np.where(size == 0, mean_direction, direction), size[..., 0]
