# exercise: poisson_loss
# says: torch.distributions.Poisson, with a rate that is safe
# points: all
def poisson_loss(expected_counts, spike_counts):
    safe = torch.where(spike_counts > 0, expected_counts, 1.0)
    log_prob = torch.distributions.Poisson(safe, validate_args=False).log_prob(spike_counts.float())
    return (expected_counts - safe - log_prob).mean()
