# exercise: update_footprint
# says: the strongest pattern in the residual, whatever the trace
# points: 2
def update_footprint(residual_with_neuron, trace):
    u = np.linalg.svd(residual_with_neuron, full_matrices=False)[0][:, 0]
    return u * np.sign(u @ residual_with_neuron @ trace)
