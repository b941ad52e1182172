# exercise: bits_per_spike
# says: xlogy
# points: all
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    ll = torch.xlogy(spike_counts, expected_counts).sum(0) - expected_counts.sum(0)
    l0 = torch.xlogy(spike_counts, mean_counts).sum(0) - len(spike_counts) * mean_counts
    n = spike_counts.sum(0)
    return (ll - l0) / torch.where(n == 0, torch.nan, n) / np.log(2)
