# exercise: bits_per_spike
# says: one number for all neurons
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    ratios = torch.where(spike_counts > 0, expected_counts / mean_counts, 1.0)
    log_ratios = spike_counts * torch.log(ratios) - (expected_counts - mean_counts)
    return log_ratios.sum() / math.log(2) / spike_counts.sum()
