# exercise: update_footprint
# says: divides by the sum of squares, without the root
# points: 5
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron @ trace
    return weights / np.sum(weights**2)
