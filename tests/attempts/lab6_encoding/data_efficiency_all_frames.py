# exercise: data_efficiency
# says: all frames each time
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [evaluate(fit(stimulus, spike_counts)) for n in sizes]
