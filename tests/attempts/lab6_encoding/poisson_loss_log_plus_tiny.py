# exercise: poisson_loss
# says: a number so small that float32 loses it beside any rate
# points: all
def poisson_loss(expected_counts, spike_counts):
    return (expected_counts - spike_counts * torch.log(expected_counts + 1e-37) + torch.lgamma(spike_counts + 1.0)).mean()
