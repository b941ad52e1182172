# exercise: poisson_loss
# says: rates below 1e-5 count as 1e-5
# points: 4
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - spike_counts * torch.log(expected_counts.clamp(min=1e-5)) + torch.lgamma(spike_counts + 1.0))
