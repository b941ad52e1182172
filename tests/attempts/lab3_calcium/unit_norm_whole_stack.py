# exercise: unit_norm
# says: one norm for all images together
# points: 0
def unit_norm(footprints):
    norm = np.linalg.norm(footprints)
    return footprints / norm if norm > 0 else footprints
