# exercise: update_trace
# says: one pixel of the footprint
# points: 2
def update_trace(residual_with_neuron, footprint, denoise):
    return denoise(residual_with_neuron[np.argmax(footprint)])
