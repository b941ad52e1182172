# exercise: poisson_loss
# says: averages over bins with spikes only
# points: less
def poisson_loss(expected_counts, spike_counts):
    s=spike_counts>0
    lam,y=expected_counts[s],spike_counts[s]
    return (lam-y*torch.log(lam)+torch.lgamma(y+1)).mean()
