# exercise: update_trace
# says: the mean over pixels in place of the sum
# points: 5
def update_trace(residual_with_neuron, footprint, denoise):
    return denoise(np.mean(footprint[:, None] * residual_with_neuron, axis=0))
