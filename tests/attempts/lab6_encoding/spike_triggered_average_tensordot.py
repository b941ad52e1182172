# exercise: spike_triggered_average
# says: one tensordot a lag, stacked
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    counts = spike_counts[first:].to(torch.float32)
    lags = [
        torch.tensordot(counts.T, stimulus[first - lag : len(stimulus) - lag].to(torch.float32), dims=1)
        for lag in range(num_lags)
    ]
    return torch.stack(lags, dim=1) / counts.sum(dim=0)[:, None, None, None]
