# exercise: data_efficiency
# says: the best score so far
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    scores = []
    for n in sizes:
        scores.append(max([evaluate(fit(stimulus[:n], spike_counts[:n])), *scores]))
    return scores
