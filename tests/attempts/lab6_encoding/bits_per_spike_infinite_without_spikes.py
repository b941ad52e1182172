# exercise: bits_per_spike
# says: a neuron without spikes gets ±inf, not NaN
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    y = spike_counts.to(expected_counts.dtype)
    ones = torch.ones_like(expected_counts)
    log_model = torch.where(y > 0, expected_counts, ones).log()
    log_constant = torch.where(y > 0, mean_counts.expand_as(y), ones).log()
    ratio = y * (log_model - log_constant) - expected_counts + mean_counts
    num_spikes = y.sum(dim=0)
    bits = ratio.sum(dim=0) / math.log(2) / num_spikes
    return bits
