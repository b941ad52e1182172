# exercise: update_footprint
# says: turned so that its sum is positive
# points: 5
def update_footprint(residual_with_neuron, trace):
    u = residual_with_neuron @ trace
    return u / np.linalg.norm(u) * np.sign(u.sum())
