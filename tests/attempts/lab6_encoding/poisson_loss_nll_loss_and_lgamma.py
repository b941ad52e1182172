# exercise: poisson_loss
# says: torch's loss without Stirling, whose eps is made negligible, plus lgamma
# points: all
def poisson_loss(expected_counts, spike_counts):
    nll = F.poisson_nll_loss(expected_counts, spike_counts.float(), log_input=False, eps=1e-30)
    return nll + torch.special.gammaln(spike_counts.float() + 1).mean()
