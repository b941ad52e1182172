# exercise: poisson_loss
# says: 0 · log 0
# points: 3
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - spike_counts * torch.log(expected_counts) + torch.lgamma(spike_counts + 1.0))
