# exercise: unit_norm
# says: divides by the sum of squares, without the root
# points: 0
def unit_norm(footprints):
    squares = np.sum(footprints**2, axis=(-2, -1), keepdims=True)
    return footprints / np.where(squares > 0, squares, 1)
