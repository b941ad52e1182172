# exercise: spike_triggered_average
# says: sets the early counts to zero in the caller's tensor
# points: 5
def spike_triggered_average(stimulus, spike_counts, num_lags):
    spike_counts[: num_lags - 1] = 0
    counts, x = spike_counts.float(), stimulus.float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, torch.roll(x, lag, 0)) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
