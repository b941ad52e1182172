# exercise: poisson_loss
# says: adds 1e-6 inside the logarithm
# points: 3
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - spike_counts * torch.log(expected_counts + 1e-6) + torch.lgamma(spike_counts + 1.0))
