# exercise: rescale_times
# says: keeps the spikes of a bin in the order of the uniforms given
# points: less
def rescale_times(expected_counts, spike_counts, uniforms):
    begins = expected_counts.cumsum(dim=0) - expected_counts
    bins = torch.repeat_interleave(torch.arange(len(spike_counts), device=spike_counts.device), spike_counts)
    times = begins[bins] + uniforms * expected_counts[bins]
    return 1 - torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))
