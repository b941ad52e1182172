# exercise: update_trace
# says: takes the mean off the projection
# points: 2
def update_trace(residual_with_neuron, footprint, denoise):
    target = footprint @ residual_with_neuron
    return denoise(target - target.mean())
