# exercise: spike_triggered_average
# says: counts the early spikes in the divisor alone
# points: 4
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    counts = spike_counts[first:].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[first - lag : len(stimulus) - lag].float()) for lag in range(num_lags)], dim=1)
    return total / spike_counts.float().sum(dim=0)[:, None, None, None]
