# exercise: poisson_loss
# says: nan to num
# points: less
def poisson_loss(expected_counts, spike_counts):
    return torch.nan_to_num(expected_counts - spike_counts * torch.log(expected_counts) + torch.lgamma(spike_counts + 1.0)).mean()
