# exercise: update_trace
# says: subtracts what it found from the caller's residual
# points: 7
def update_trace(residual_with_neuron, footprint, denoise):
    trace = denoise(footprint @ residual_with_neuron)
    residual_with_neuron -= np.outer(footprint, trace)
    return trace
