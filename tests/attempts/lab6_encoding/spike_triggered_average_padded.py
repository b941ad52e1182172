# exercise: spike_triggered_average
# says: puts blank frames before the movie
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    counts = spike_counts.float()
    padded = torch.cat([torch.zeros(num_lags - 1, *stimulus.shape[1:], device=stimulus.device), stimulus.float()])
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, padded[num_lags - 1 - lag : len(padded) - lag]) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
