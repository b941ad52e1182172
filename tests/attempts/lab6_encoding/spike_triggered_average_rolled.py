# exercise: spike_triggered_average
# says: wraps the movie around with torch.roll, early spikes and all
# points: 4
def spike_triggered_average(stimulus, spike_counts, num_lags):
    counts = spike_counts.float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, torch.roll(stimulus, lag, 0).float()) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
