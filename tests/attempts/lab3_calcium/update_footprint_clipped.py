# exercise: update_footprint
# says: dark pixels are set to zero
# points: 5
def update_footprint(residual_with_neuron, trace):
    weights = np.clip(residual_with_neuron @ trace, 0, None)
    return weights / np.linalg.norm(weights)
