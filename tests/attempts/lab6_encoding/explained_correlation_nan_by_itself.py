# exercise: explained_correlation
# says: leaves NaN to the root of what is below zero, and to 0 / 0; a power of 0 gives 0 and infinity
# points: 4
def explained_correlation(prediction, trials):
    num_trials = len(trials)
    power_of_sum = trials.sum(dim=0).var(dim=0)
    sum_of_powers = trials.var(dim=1).sum(dim=0)
    signal_power = (power_of_sum - sum_of_powers) / (num_trials * (num_trials - 1))
    mean = trials.mean(dim=0)
    products = (prediction - prediction.mean(dim=0)) * (mean - mean.mean(dim=0))
    covariance = products.sum(dim=0) / (len(mean) - 1)
    cc_norm = covariance / torch.sqrt(prediction.var(dim=0) * signal_power)
    cc_max = torch.sqrt(signal_power / mean.var(dim=0))
    return cc_norm, cc_max
