# exercise: poisson_loss
# says: masked fill
# points: all
def poisson_loss(expected_counts, spike_counts):
    lam = expected_counts.masked_fill(spike_counts == 0, 1.0)
    nll = expected_counts - spike_counts*lam.log() + (spike_counts+1.).lgamma()
    return nll.mean()
