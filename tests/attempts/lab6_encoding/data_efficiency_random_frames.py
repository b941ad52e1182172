# exercise: data_efficiency
# says: frames at random
# points: less
def data_efficiency(fit, evaluate, stimulus, spike_counts, sizes):
    scores = []
    for n in sizes:
        chosen = torch.randperm(len(stimulus))[:n]
        scores.append(evaluate(fit(stimulus[chosen], spike_counts[chosen])))
    return scores
