# exercise: bits_per_spike
# says: log2 for one term, nats for the other
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    r=torch.where(spike_counts>0,expected_counts/mean_counts,1.0)
    return (spike_counts*torch.log2(r)-(expected_counts-mean_counts)).sum(0)/spike_counts.sum(0)
