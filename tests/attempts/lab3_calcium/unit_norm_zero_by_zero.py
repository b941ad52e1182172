# exercise: unit_norm
# says: an image of zeros becomes NaN
# points: 1
def unit_norm(footprints):
    return footprints / np.linalg.norm(footprints, axis=(-2, -1), keepdims=True)
