# exercise: update_trace
# says: a weighted mean: divides by the footprint's sum
# points: 5
def update_trace(residual_with_neuron, footprint, denoise):
    return denoise(footprint @ residual_with_neuron / footprint.sum())
