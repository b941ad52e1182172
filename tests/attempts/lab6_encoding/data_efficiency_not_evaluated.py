# exercise: data_efficiency
# says: returns the models
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [fit(stimulus[:n], spike_counts[:n]) for n in sizes]
