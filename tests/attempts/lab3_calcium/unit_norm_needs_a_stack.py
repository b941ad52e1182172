# exercise: unit_norm
# says: sums over axes 1 and 2
# points: 0
def unit_norm(footprints):
    norms = np.sqrt((footprints**2).sum(axis=(1, 2)))[:, None, None]
    return footprints / np.where(norms > 0, norms, 1)
