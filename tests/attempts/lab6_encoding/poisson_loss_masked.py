# exercise: poisson_loss
# says: takes logarithms of the bins with spikes alone
# points: all
def poisson_loss(expected_counts, spike_counts):
    loss = expected_counts.sum() + torch.lgamma(spike_counts + 1.0).sum()
    spiked = spike_counts > 0
    loss = loss - (spike_counts[spiked] * torch.log(expected_counts[spiked])).sum()
    return loss / expected_counts.numel()
