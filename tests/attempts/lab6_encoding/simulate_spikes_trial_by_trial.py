# exercise: simulate_spikes
# says: one trial after the other, with a padded history, without a warning
# points: all
def simulate_spikes(drive, coupling, num_trials, generator, nonlinearity=F.softplus, max_rate=5.0):
    (num_bins, num_neurons), num_lags = drive.shape, coupling.shape[2]
    all_counts, all_rates = [], []
    for _ in range(num_trials):
        history = torch.zeros(num_lags + num_bins, num_neurons, device=drive.device)
        rates = []
        for t in range(num_bins):
            past = history[t : t + num_lags].flip(0)
            z = drive[t] + torch.einsum("nmk,km->n", coupling, past)
            rate = torch.minimum(nonlinearity(z), torch.tensor(max_rate, device=drive.device))
            history[num_lags + t] = torch.poisson(rate, generator=generator)
            rates.append(rate)
        all_counts.append(history[num_lags:])
        all_rates.append(torch.stack(rates))
    return torch.stack(all_counts), torch.stack(all_rates)
