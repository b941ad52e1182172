# exercise: poisson_loss
# says: keeps the logarithm's argument above the smallest float32
# points: all
def poisson_loss(expected_counts, spike_counts):
    log_rates = torch.log(expected_counts.clamp(min=torch.finfo(torch.float32).tiny))
    return (expected_counts - spike_counts * log_rates + torch.lgamma(spike_counts + 1.0)).mean()
