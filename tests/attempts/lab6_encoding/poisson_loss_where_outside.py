# exercise: poisson_loss
# says: torch.where around the logarithm: the other branch's gradient is NaN
# points: 4
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - torch.where(spike_counts > 0, spike_counts * torch.log(expected_counts), 0.0) + torch.lgamma(spike_counts + 1.0))
