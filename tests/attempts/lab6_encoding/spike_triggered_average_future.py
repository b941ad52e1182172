# exercise: spike_triggered_average
# says: frames after the spike: t + lag
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    counts = spike_counts[: len(spike_counts) - num_lags + 1].float()
    total = torch.stack([torch.einsum("tn,thw->nhw", counts, stimulus[lag : lag + len(counts)].float()) for lag in range(num_lags)], dim=1)
    return total / counts.sum(dim=0)[:, None, None, None]
