# exercise: simulate_spikes
# says: only last bin
# points: less
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        z = drive[t].expand(num_trials, -1)
        if t > 0:
            z = z + counts[:, t - 1] @ coupling[:, :, 0].T
        rates[:, t] = nonlinearity(z).clamp(max=max_rate)
        counts[:, t] = torch.poisson(rates[:, t], generator=generator)

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(f"{num_capped} rates were held", RuntimeWarning, stacklevel=2)
    return counts, rates
