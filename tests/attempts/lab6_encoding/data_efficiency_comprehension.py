# exercise: data_efficiency
# says: one comprehension
# points: all
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [evaluate(fit(stimulus[:n], spike_counts[:n])) for n in sizes]
