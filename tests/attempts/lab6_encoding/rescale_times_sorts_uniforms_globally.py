# exercise: rescale_times
# says: sorts uniforms globally
# points: less
def rescale_times(expected_counts, spike_counts, uniforms):
    b=torch.repeat_interleave(torch.arange(len(spike_counts)),spike_counts)
    beg=expected_counts.cumsum(0)-expected_counts
    t=beg[b]+uniforms.sort().values*expected_counts[b]
    return 1-torch.exp(-torch.diff(t,prepend=t.new_zeros(1)))
