# exercise: update_trace
# says: frame by frame
# points: all
def update_trace(residual_with_neuron, footprint, denoise):
    num_pixels, num_frames = residual_with_neuron.shape
    target = np.zeros(num_frames)
    for t in range(num_frames):
        target[t] = np.sum(footprint * residual_with_neuron[:, t])
    return denoise(target)
