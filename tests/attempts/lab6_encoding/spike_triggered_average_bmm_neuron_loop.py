# exercise: spike_triggered_average
# says: bmm neuron loop
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    y = spike_counts.float(); x = stimulus.float()
    res=[]
    for n in range(y.size(1)):
        idx = torch.nonzero(y[first:, n]).flatten() + first
        w = y[idx, n]
        wins = torch.stack([x[idx - l] for l in range(num_lags)], dim=1)
        res.append((w[:,None,None,None]*wins).sum(0)/w.sum())
    return torch.stack(res)
