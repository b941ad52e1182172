# exercise: data_efficiency
# says: slices by narrow
# points: all
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    scores = []
    for n in sizes:
        n = int(n)
        scores.append(evaluate(fit(stimulus.narrow(0, 0, n), spike_counts.narrow(0, 0, n))))
    return scores
