# exercise: unit_norm
# says: the norm of each row of an image
# points: 0
def unit_norm(footprints):
    norms = np.linalg.norm(footprints, axis=-1, keepdims=True)
    return footprints / np.where(norms > 0, norms, 1)
