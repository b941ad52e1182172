# exercise: bits_per_spike
# says: divides by spiking bins
# points: less
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    r=torch.where(spike_counts>0,expected_counts/mean_counts,1.0)
    ll=(spike_counts*torch.log(r)-(expected_counts-mean_counts)).sum(0)
    return ll/math.log(2)/(spike_counts>0).sum(0)
