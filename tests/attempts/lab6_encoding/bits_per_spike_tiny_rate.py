# exercise: bits_per_spike
# says: keeps rates above the smallest float32
# points: all
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    rate = expected_counts.clamp(min=1e-38)
    return (spike_counts * torch.log2(rate / mean_counts)).sum(0) / spike_counts.sum(0) - (expected_counts - mean_counts).sum(0) / spike_counts.sum(0) / math.log(2)
