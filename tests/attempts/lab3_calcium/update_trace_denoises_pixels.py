# exercise: update_trace
# says: denoises each pixel, then projects
# points: 6
def update_trace(residual_with_neuron, footprint, denoise):
    return footprint @ denoise(residual_with_neuron)
