# exercise: bits_per_spike
# says: the log likelihood, compared with nothing
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    return (spike_counts * torch.log(torch.where(spike_counts > 0, expected_counts, 1.0)) - expected_counts).sum(0) / math.log(2) / spike_counts.sum(0)
