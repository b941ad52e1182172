# exercise: update_trace
# says: normalises the caller's footprint, to a maximum of one
# points: 7
def update_trace(residual_with_neuron, footprint, denoise):
    target = footprint @ residual_with_neuron
    footprint /= footprint.max()
    return denoise(target)
