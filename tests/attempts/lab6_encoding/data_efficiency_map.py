# exercise: data_efficiency
# says: map and a helper, by keyword
# points: all
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    def score(n):
        return float(evaluate(fit(stimulus=stimulus[0:n], spike_counts=spike_counts[0:n])))
    return list(map(score, sizes))
