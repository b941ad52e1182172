# exercise: unit_norm
# says: np.linalg.norm with ord=2 is a matrix's largest singular value
# points: 0
def unit_norm(footprints):
    norms = np.linalg.norm(footprints, ord=2, axis=(-2, -1), keepdims=True)
    return footprints / np.where(norms > 0, norms, 1)
