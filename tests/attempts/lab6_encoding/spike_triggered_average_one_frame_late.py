# exercise: spike_triggered_average
# says: leaves out the frame of the spike's own bin: lag 0 is the frame before
# points: 3
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first = num_lags
    counts = spike_counts[first:].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[first - lag - 1 : len(stimulus) - lag - 1].float()) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
