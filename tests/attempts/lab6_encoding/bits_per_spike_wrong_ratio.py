# exercise: bits_per_spike
# says: the sign, hidden in the ratio
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    r=torch.where(spike_counts>0,mean_counts/expected_counts,1.0)
    return ((spike_counts*torch.log(r))+(expected_counts-mean_counts)).sum(0)/math.log(2)/spike_counts.sum(0)
