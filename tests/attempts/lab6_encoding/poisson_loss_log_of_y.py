# exercise: poisson_loss
# says: roles exchanged
# points: less
def poisson_loss(expected_counts, spike_counts):
    y=torch.where(spike_counts>0,spike_counts,1.0)
    return (expected_counts - expected_counts*torch.log(y) + torch.lgamma(spike_counts+1.0)).mean()
