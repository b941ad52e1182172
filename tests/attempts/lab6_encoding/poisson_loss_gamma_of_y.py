# exercise: poisson_loss
# says: log Γ(y), one off
# points: less
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - spike_counts * torch.log(torch.where(spike_counts > 0, expected_counts, 1.0)) + torch.where(spike_counts > 0, torch.lgamma(spike_counts.clamp(min=1.0)), 0.0))
