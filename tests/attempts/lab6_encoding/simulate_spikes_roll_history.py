# exercise: simulate_spikes
# says: roll history
# points: all
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        if t == 0:
            history = torch.zeros(num_trials, num_coupling_lags, num_neurons, device=drive.device)
        rate = torch.minimum(nonlinearity(drive[t] + torch.einsum("ijk,rkj->ri", coupling, history)), torch.as_tensor(max_rate))
        rates[:, t] = rate
        counts[:, t] = torch.poisson(rate, generator=generator)
        history = torch.cat([counts[:, t : t + 1], history[:, :-1]], dim=1)

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(f"{num_capped} rates were held", RuntimeWarning, stacklevel=2)
    return counts, rates
