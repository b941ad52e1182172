# exercise: data_efficiency
# says: the next frames each time
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    scores, start = [], 0
    for n in sizes:
        scores.append(evaluate(fit(stimulus[start : start + n], spike_counts[start : start + n])))
        start += n
    return scores
