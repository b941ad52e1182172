# exercise: update_footprint
# says: a sum over frames, and the root of a sum of squares
# points: all
def update_footprint(residual_with_neuron, trace):
    u = np.einsum("pt,t->p", residual_with_neuron, trace)
    return u / np.sqrt(np.einsum("p,p->", u, u))
