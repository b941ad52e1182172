# exercise: update_trace
# says: the projection itself
# points: 4
def update_trace(residual_with_neuron, footprint, denoise):
    return footprint @ residual_with_neuron
