# exercise: poisson_loss
# says: index put
# points: all
def poisson_loss(expected_counts, spike_counts):
    loss = expected_counts + torch.lgamma(spike_counts + 1.0)
    idx = spike_counts > 0
    loss = loss.clone()
    loss[idx] = loss[idx] - spike_counts[idx] * expected_counts[idx].log()
    return loss.mean()
