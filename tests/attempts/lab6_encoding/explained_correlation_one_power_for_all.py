# exercise: explained_correlation
# says: one signal power for all neurons
# points: less
def explained_correlation(prediction, trials):
    num_trials = len(trials)
    power_of_sum = trials.sum(dim=0).var(dim=0)
    sum_of_powers = trials.var(dim=1).sum(dim=0)
    signal_power = (power_of_sum - sum_of_powers) / (num_trials * (num_trials - 1))
    signal_power = signal_power.mean().expand(prediction.shape[1])
    signal_power = torch.where(signal_power > 0, signal_power, torch.nan)
    mean = trials.mean(dim=0)
    products = (prediction - prediction.mean(dim=0)) * (mean - mean.mean(dim=0))
    covariance = products.sum(dim=0) / (len(mean) - 1)
    cc_norm = covariance / torch.sqrt(prediction.var(dim=0) * signal_power)
    cc_max = torch.sqrt(signal_power / mean.var(dim=0))
    return cc_norm, cc_max
