# exercise: poisson_loss
# says: torch's own loss with full=True: Stirling's formula for log y!
# points: less
def poisson_loss(expected_counts, spike_counts):
    return F.poisson_nll_loss(expected_counts, spike_counts, log_input=False, full=True)
