# exercise: update_direction
# says: numbers times vectors: right for one bone
# points: 3
def update_direction(mean_direction, concentration, parent_position, child_position, bone_length, bone_variance):
    pull = concentration * mean_direction + bone_length / bone_variance * (child_position - parent_position)
    size = np.linalg.norm(pull)
    return (pull / size if size > 0 else mean_direction), size
