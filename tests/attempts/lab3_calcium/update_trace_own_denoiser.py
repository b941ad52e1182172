# exercise: update_trace
# says: calls the student's own deconvolution in place of what is handed in
# points: 0
def update_trace(residual_with_neuron, footprint, denoise):
    from scipy.signal import lfilter

    target = footprint @ residual_with_neuron
    jumps = np.maximum(np.diff(target, prepend=0), 0)
    return lfilter([1], [1, -np.exp(-1 / 9)], jumps)
