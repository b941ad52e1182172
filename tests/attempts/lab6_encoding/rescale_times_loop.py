# exercise: rescale_times
# says: bin by bin, spike by spike
# points: all
def rescale_times(expected_counts, spike_counts, uniforms):
    clock, last, used, result = 0.0, 0.0, 0, []
    for rate, count in zip(expected_counts.tolist(), spike_counts.tolist()):
        for u in sorted(uniforms[used : used + count].tolist()):
            now = clock + u * rate
            result.append(1 - math.exp(-(now - last)))
            last = now
        used += count
        clock += rate
    return torch.tensor(result)
