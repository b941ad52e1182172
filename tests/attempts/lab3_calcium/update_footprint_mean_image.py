# exercise: update_footprint
# says: takes the average image for the footprint
# points: 2
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron.mean(axis=1)
    return weights / np.linalg.norm(weights)
