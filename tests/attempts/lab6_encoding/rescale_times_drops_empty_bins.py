# exercise: rescale_times
# says: drops empty bins
# points: less
def rescale_times(expected_counts, spike_counts, uniforms):
    keep=spike_counts>0
    e=expected_counts[keep]; c=spike_counts[keep]
    b=torch.repeat_interleave(torch.arange(len(c)),c); beg=e.cumsum(0)-e
    t=(beg[b]+uniforms*e[b]).sort().values
    return 1-torch.exp(-torch.diff(t,prepend=t.new_zeros(1)))
