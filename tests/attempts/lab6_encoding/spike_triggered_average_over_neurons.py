# exercise: spike_triggered_average
# says: one average for all neurons together
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags - 1
    counts = spike_counts[first:].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[first - lag : len(stimulus) - lag].float()) for lag in range(num_lags)], dim=1)
    return (total.sum(dim=0) / counts.sum()).expand_as(total)
