# exercise: simulate_spikes
# says: each spike adds its filter to the bins ahead
# points: all
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_lags = coupling.shape[2]
    ahead = drive.repeat(num_trials, 1, 1)
    counts, rates = torch.zeros_like(ahead), torch.zeros_like(ahead)
    for t in range(num_bins):
        rates[:, t] = nonlinearity(ahead[:, t]).clamp(max=max_rate)
        counts[:, t] = torch.poisson(rates[:, t], generator=generator)
        reach = min(num_lags, num_bins - 1 - t)
        if reach:
            push = torch.einsum("rm,nmk->rkn", counts[:, t], coupling[:, :, :reach])
            ahead[:, t + 1 : t + 1 + reach] += push
    if (rates >= max_rate).any():
        warnings.warn("capped", RuntimeWarning)
    return counts, rates
