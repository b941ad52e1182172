# exercise: rescale_times
# says: exp(-τ), which is uniform, too, but another number
# points: less
def rescale_times(expected_counts, spike_counts, uniforms):
    begins = expected_counts.cumsum(dim=0) - expected_counts
    bins = torch.repeat_interleave(torch.arange(len(spike_counts), device=spike_counts.device), spike_counts)
    times = torch.sort(begins[bins] + uniforms * expected_counts[bins]).values
    return torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))
