# exercise: spike_triggered_average
# says: overwrites the sum with each batch
# points: 5
def spike_triggered_average(stimulus, spike_counts, num_lags):
    num_frames, height, width = stimulus.shape
    total = torch.zeros(spike_counts.shape[1], num_lags, height, width, device=stimulus.device)
    for start in range(num_lags - 1, num_frames, 10_000):
        stop = min(start + 10_000, num_frames)
        counts = spike_counts[start:stop].float()
        for lag in range(num_lags):
            total[:, lag] = torch.einsum("tn,thw->nhw", counts, stimulus[start - lag : stop - lag].float())
    return total / spike_counts[num_lags - 1 :].float().sum(dim=0)[:, None, None, None]
