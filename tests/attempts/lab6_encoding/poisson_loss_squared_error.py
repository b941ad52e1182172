# exercise: poisson_loss
# says: least squares
# points: less
def poisson_loss(expected_counts, spike_counts):
    return torch.mean((expected_counts - spike_counts) ** 2)
