# exercise: update_footprint
# says: subtracts what it found from the caller's residual
# points: 7
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron @ trace
    footprint = weights / np.linalg.norm(weights)
    residual_with_neuron -= np.outer(footprint, trace)
    return footprint
