# exercise: unit_norm
# says: np.linalg.norm over the last two axes, divided only where it is not zero
# points: all
def unit_norm(footprints):
    norms = np.linalg.norm(footprints, axis=(-2, -1), keepdims=True)
    return np.divide(footprints, norms, out=np.zeros_like(footprints), where=norms > 0)
