# exercise: rescale_times
# says: gather
# points: all
def rescale_times(expected_counts, spike_counts, uniforms):
    edges=torch.cat([torch.zeros(1,dtype=expected_counts.dtype),expected_counts.cumsum(0)])
    b=torch.repeat_interleave(torch.arange(len(spike_counts)),spike_counts)
    t=torch.lerp(edges[b],edges[b+1],uniforms).sort().values
    d=t.clone(); d[1:]-=t[:-1].clone()
    return 1-(-d).exp()
