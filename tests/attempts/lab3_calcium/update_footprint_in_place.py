# exercise: update_footprint
# says: weighs the caller's residual by the trace
# points: 7
def update_footprint(residual_with_neuron, trace):
    residual_with_neuron *= trace
    weights = residual_with_neuron.sum(axis=1)
    return weights / np.linalg.norm(weights)
