# exercise: poisson_loss
# says: subtracts log y!
# points: less
def poisson_loss(expected_counts, spike_counts):
    lam=torch.where(spike_counts>0,expected_counts,1.0)
    return (expected_counts - spike_counts*torch.log(lam) - torch.lgamma(spike_counts+1.0)).mean()
