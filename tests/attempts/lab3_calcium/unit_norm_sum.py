# exercise: unit_norm
# says: a sum of one
# points: 0
def unit_norm(footprints):
    sums = np.abs(footprints).sum(axis=(-2, -1), keepdims=True)
    return footprints / np.where(sums > 0, sums, 1)
