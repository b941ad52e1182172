# exercise: update_footprint
# says: dark pixels become bright
# points: 5
def update_footprint(residual_with_neuron, trace):
    weights = np.abs(residual_with_neuron @ trace)
    return weights / np.linalg.norm(weights)
