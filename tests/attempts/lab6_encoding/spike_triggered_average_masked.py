# exercise: spike_triggered_average
# says: zeroes a clone's early counts, and rolls
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    counts = spike_counts.clone().float()
    counts[: num_lags - 1] = 0
    x = stimulus.float()
    sums = [torch.einsum("tn,thw->nhw", counts, torch.roll(x, lag, 0)) for lag in range(num_lags)]
    return torch.stack(sums, 1) / counts.sum(0).reshape(-1, 1, 1, 1)
