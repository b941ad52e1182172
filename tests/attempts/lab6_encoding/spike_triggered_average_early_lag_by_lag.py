# exercise: spike_triggered_average
# says: each lag takes the spikes that it has a frame for
# points: 4
def spike_triggered_average(stimulus, spike_counts, num_lags):
    lags = []
    for lag in range(num_lags):
        counts = spike_counts[lag:].float()
        shown = stimulus[: len(stimulus) - lag].float()
        lags.append(torch.einsum("tn,thw->nhw", counts, shown) / counts.sum(0)[:, None, None])
    return torch.stack(lags, dim=1)
