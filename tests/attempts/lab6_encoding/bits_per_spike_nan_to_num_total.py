# exercise: bits_per_spike
# says: nan to num total
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    l=spike_counts*torch.log(expected_counts/mean_counts)-(expected_counts-mean_counts)
    return torch.nan_to_num(l.sum(0))/math.log(2)/spike_counts.sum(0)
