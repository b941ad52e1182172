# exercise: simulate_spikes
# says: trial loop inside
# points: all
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        for r in range(num_trials):
            z = drive[t].clone()
            for k in range(1, min(t, num_coupling_lags) + 1):
                z += coupling[:, :, k - 1] @ counts[r, t - k]
            rates[r, t] = nonlinearity(z).clamp(max=max_rate)
            counts[r, t] = torch.poisson(rates[r, t], generator=generator)

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(f"{num_capped} rates were held", RuntimeWarning, stacklevel=2)
    return counts, rates
