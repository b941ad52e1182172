# exercise: data_efficiency
# says: strided
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    return [evaluate(fit(stimulus[::max(1,len(stimulus)//n)][:n], spike_counts[::max(1,len(stimulus)//n)][:n])) for n in sizes]
