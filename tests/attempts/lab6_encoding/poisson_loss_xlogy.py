# exercise: poisson_loss
# says: right, but its gradient at a rate of 0 is 0 / 0
# points: 4
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - torch.xlogy(spike_counts, expected_counts) + torch.lgamma(spike_counts + 1.0))
