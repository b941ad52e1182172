# exercise: spike_triggered_average
# says: multiplies and adds in the movie's own dtype
# points: 5
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    counts = spike_counts[first:].to(stimulus.dtype)
    lags = []
    for lag in range(num_lags):
        shown = stimulus[first - lag : len(stimulus) - lag]
        lags.append(torch.stack([(counts[:, n, None, None] * shown).sum(0, dtype=stimulus.dtype) for n in range(counts.shape[1])]))
    return torch.stack(lags, dim=1).float() / counts.float().sum(dim=0)[:, None, None, None]
