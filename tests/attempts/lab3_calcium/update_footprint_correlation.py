# exercise: update_footprint
# says: each pixel's correlation with the trace, so that noisy pixels count as much as bright ones
# points: 2
def update_footprint(residual_with_neuron, trace):
    weights = np.array([np.corrcoef(pixel, trace)[0, 1] for pixel in residual_with_neuron])
    return weights / np.linalg.norm(weights)
