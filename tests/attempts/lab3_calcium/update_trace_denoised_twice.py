# exercise: update_trace
# says: denoises what is denoised
# points: 4
def update_trace(residual_with_neuron, footprint, denoise):
    return denoise(denoise(footprint @ residual_with_neuron))
