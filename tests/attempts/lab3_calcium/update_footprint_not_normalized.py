# exercise: update_footprint
# says: least squares, without unit norm
# points: 5
def update_footprint(residual_with_neuron, trace):
    return residual_with_neuron @ trace / (trace @ trace)
