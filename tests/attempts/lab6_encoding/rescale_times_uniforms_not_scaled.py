# exercise: rescale_times
# says: adds the uniforms to the clock, not their share of the bin
# points: less
def rescale_times(expected_counts, spike_counts, uniforms):
    begins = expected_counts.cumsum(dim=0) - expected_counts
    bins = torch.repeat_interleave(torch.arange(len(spike_counts), device=spike_counts.device), spike_counts)
    times = torch.sort(begins[bins] + uniforms).values
    return 1 - torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))
