# exercise: spike_triggered_average
# says: clamps the number of spikes to 1: zeros, not NaN, for a neuron without spikes
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    check_responses(stimulus, spike_counts, num_lags)
    num_frames, height, width = stimulus.shape
    num_neurons, batch_size = (spike_counts.shape[1], 10000)
    total = torch.zeros(num_neurons, num_lags, height, width, device=stimulus.device)
    first = num_lags - 1
    for start in range(first, num_frames, batch_size):
        stop = min(start + batch_size, num_frames)
        counts = spike_counts[start:stop].float()
        for lag in range(num_lags):
            frames = stimulus[start - lag:stop - lag].float()
            total[:, lag] += torch.einsum('tn,thw->nhw', counts, frames)
    num_spikes = spike_counts[first:].float().sum(dim=0).clamp(min=1)
    return total / num_spikes[:, None, None, None]
