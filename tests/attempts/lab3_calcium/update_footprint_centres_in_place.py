# exercise: update_footprint
# says: subtracts the trace's mean from the caller's trace
# points: 7
def update_footprint(residual_with_neuron, trace):
    weights = residual_with_neuron @ trace
    trace -= trace.mean()
    return weights / np.linalg.norm(weights)
