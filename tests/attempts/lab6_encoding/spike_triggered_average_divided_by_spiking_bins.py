# exercise: spike_triggered_average
# says: weights by counts, but divides by the number of bins that have spikes
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    counts = spike_counts[first:].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[first - lag : len(stimulus) - lag].float()) for lag in range(num_lags)], dim=1)
    return total / (counts > 0).sum(dim=0)[:, None, None, None]
