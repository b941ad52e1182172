# exercise: data_efficiency
# says: dict keeps scores
# points: all
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    cache = {}
    for n in sizes:
        cache[n] = evaluate(fit(stimulus[torch.arange(n)], spike_counts[torch.arange(n)]))
    return [cache[n] for n in sizes]
