# exercise: update_footprint
# says: a regression for each pixel, then unit norm
# points: all
def update_footprint(residual_with_neuron, trace):
    slopes = []
    for pixel in residual_with_neuron:
        slopes.append(np.dot(pixel, trace) / np.dot(trace, trace))
    slopes = np.array(slopes)
    return slopes / np.linalg.norm(slopes, ord=2)
