# exercise: simulate_spikes
# says: starts at lag 2
# points: less
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        num_past = max(0, min(t - 1, num_coupling_lags))
        recent = counts[:, :0] if t == 0 else counts[:, t - 1 - num_past : t - 1].flip(1)
        heard = torch.einsum("nmk,rkm->rn", coupling[:, :, :num_past], recent)
        rates[:, t] = nonlinearity(drive[t] + heard).clamp(max=max_rate)
        counts[:, t] = torch.poisson(rates[:, t], generator=generator)

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(f"{num_capped} rates were held", RuntimeWarning, stacklevel=2)
    return counts, rates
