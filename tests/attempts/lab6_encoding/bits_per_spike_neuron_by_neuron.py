# exercise: bits_per_spike
# says: a loop over neurons, bins with spikes alone
# points: all
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    bits = []
    for rate, count, mean in zip(expected_counts.T, spike_counts.T, mean_counts):
        spiked = count > 0
        nats = (count[spiked] * torch.log(rate[spiked] / mean)).sum() - (rate - mean).sum()
        bits.append(nats / count.sum() / np.log(2) if spiked.any() else torch.tensor(np.nan))
    return torch.stack(bits)
