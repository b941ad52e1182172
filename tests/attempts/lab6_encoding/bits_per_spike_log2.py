# exercise: bits_per_spike
# says: log2 throughout, xlogy for the zeros
# points: all
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    ll = torch.special.xlog1py(spike_counts, expected_counts - 1) - expected_counts
    l0 = spike_counts * torch.log(mean_counts) - mean_counts
    bits = (ll - l0).sum(0) * math.log2(math.e) / spike_counts.sum(0)
    return bits.masked_fill(spike_counts.sum(0) == 0, math.nan)
