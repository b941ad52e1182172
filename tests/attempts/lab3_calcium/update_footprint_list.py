# exercise: update_footprint
# says: a list of the right numbers
# points: 5
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron @ trace
    return list(weights / np.linalg.norm(weights))
