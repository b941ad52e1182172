# exercise: simulate_spikes
# says: softplus, whatever it is told
# points: 4
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        num_past = min(t, num_coupling_lags)
        recent = counts[:, t - num_past : t].flip(1)
        heard = torch.einsum("nmk,rkm->rn", coupling[:, :, :num_past], recent)
        rates[:, t] = F.softplus(drive[t] + heard).clamp(max=max_rate)
        counts[:, t] = torch.poisson(rates[:, t], generator=generator)

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(f"{num_capped} rates were held", RuntimeWarning, stacklevel=2)
    return counts, rates
