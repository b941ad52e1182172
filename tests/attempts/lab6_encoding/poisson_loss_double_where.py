# exercise: poisson_loss
# says: torch.where inside and outside of the logarithm
# points: all
def poisson_loss(expected_counts, spike_counts):
    safe = torch.where(spike_counts > 0, expected_counts, torch.ones_like(expected_counts))
    term = torch.where(spike_counts > 0, spike_counts * torch.log(safe), torch.zeros_like(expected_counts))
    log_fact = torch.special.gammaln(spike_counts.float() + 1)
    return (expected_counts - term + log_fact).sum() / expected_counts.numel()
