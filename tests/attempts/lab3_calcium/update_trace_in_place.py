# exercise: update_trace
# says: multiplies the residual by the footprint, in place
# points: 7
def update_trace(residual_with_neuron, footprint, denoise):
    residual_with_neuron *= footprint[:, None]
    return denoise(residual_with_neuron.sum(axis=0))
