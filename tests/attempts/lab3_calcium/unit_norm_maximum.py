# exercise: unit_norm
# says: a maximum of one
# points: 0
def unit_norm(footprints):
    largest = footprints.max(axis=(-2, -1), keepdims=True)
    return footprints / np.where(largest > 0, largest, 1)
