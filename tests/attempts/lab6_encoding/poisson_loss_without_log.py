# exercise: poisson_loss
# says: y λ for y log λ
# points: less
def poisson_loss(expected_counts, spike_counts):
    return torch.mean(expected_counts - spike_counts * expected_counts + torch.lgamma(spike_counts + 1.0))
