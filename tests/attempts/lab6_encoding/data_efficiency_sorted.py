# exercise: data_efficiency
# says: sorts the sizes
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [evaluate(fit(stimulus[:n], spike_counts[:n])) for n in sorted(sizes)]
