# exercise: poisson_loss
# says: takes λ for log λ
# points: less
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(torch.exp(expected_counts) - spike_counts * expected_counts + torch.lgamma(spike_counts + 1.0))
