# exercise: data_efficiency
# says: cuts the movie alone
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [evaluate(fit(stimulus[:n], spike_counts)) for n in sizes]
