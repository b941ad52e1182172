# exercise: spike_triggered_average
# says: starts at bin num_lags: the first complete window is lost
# points: 4
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags
    counts = spike_counts[first:].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[first - lag : len(stimulus) - lag].float()) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
