# exercise: bits_per_spike
# says: 0 · log 0
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    ratios = expected_counts / mean_counts
    log_ratios = spike_counts * torch.log(ratios) - (expected_counts - mean_counts)
    return log_ratios.sum(dim=0) / math.log(2) / spike_counts.sum(dim=0)
