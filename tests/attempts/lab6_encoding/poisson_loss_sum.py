# exercise: poisson_loss
# says: the sum
# points: 3
def poisson_loss(expected_counts, spike_counts):
    return torch.sum(expected_counts - spike_counts * torch.log(torch.where(spike_counts > 0, expected_counts, 1.0)) + torch.lgamma(spike_counts + 1.0))
