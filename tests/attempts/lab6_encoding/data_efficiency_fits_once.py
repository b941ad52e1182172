# exercise: data_efficiency
# says: fits once
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    model = fit(stimulus, spike_counts)
    return [evaluate(model) for n in sizes]
