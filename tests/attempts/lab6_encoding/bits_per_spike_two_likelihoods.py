# exercise: bits_per_spike
# says: the model's and the constant's log likelihood, with log y! in both
# points: all
def bits_per_spike(expected_counts, spike_counts, mean_counts):
    def log_likelihood(rates):
        safe = torch.where(spike_counts > 0, rates, torch.ones_like(rates))
        return (spike_counts * torch.log(safe) - rates - torch.lgamma(spike_counts + 1.0)).sum(0)

    gain = log_likelihood(expected_counts) - log_likelihood(mean_counts.expand_as(expected_counts))
    bits = gain / (math.log(2) * spike_counts.sum(0))
    bits[spike_counts.sum(0) == 0] = torch.nan
    return bits
