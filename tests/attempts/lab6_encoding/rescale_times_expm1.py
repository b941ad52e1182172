# exercise: rescale_times
# says: expm1, and the first interval put in front
# points: all
def rescale_times(expected_counts, spike_counts, uniforms):
    clock = torch.cumsum(expected_counts.double(), 0)
    bins = torch.arange(len(clock), device=clock.device).repeat_interleave(spike_counts)
    times, _ = torch.sort(clock[bins] - (1 - uniforms) * expected_counts[bins])
    tau = torch.cat([times[:1], times[1:] - times[:-1]])
    return -torch.expm1(-tau)
