# exercise: update_trace
# says: the least-squares trace, which for a unit footprint is the projection
# points: all
def update_trace(residual_with_neuron, footprint, denoise):
    target = np.linalg.lstsq(footprint[:, None], residual_with_neuron, rcond=None)[0]
    return denoise(target[0])
