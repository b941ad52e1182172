# exercise: update_footprint
# says: a sum of one
# points: 5
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron @ trace
    return weights / np.abs(weights).sum()
