# exercise: spike_triggered_average
# says: all windows at once, by unfold, latest frame first
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    windows = stimulus.float().unfold(0, num_lags, 1).flip(-1)
    counts = spike_counts[num_lags - 1 :].float()
    return torch.einsum("tn,thwl->nlhw", counts, windows) / counts.sum(0).view(-1, 1, 1, 1)
