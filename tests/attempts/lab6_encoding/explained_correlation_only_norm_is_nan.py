# exercise: explained_correlation
# says: CC_max is 0 where there is no signal, only CC_norm is NaN
# points: less
def explained_correlation(prediction, trials):
    num_trials = len(trials)
    if num_trials < 2:
        raise InputError(f'{num_trials} trial: signal and noise cannot be told apart. Give two trials or more, as (num_trials, num_bins, num_neurons)')
    trials = trials.to(prediction.dtype)
    power = (trials.sum(dim=0).var(dim=0) - trials.var(dim=1).sum(dim=0)) / (num_trials * (num_trials - 1))
    signal_power = torch.where(power > 0, power, torch.full_like(power, float('nan')))
    average = trials.mean(dim=0)
    centered = prediction - prediction.mean(dim=0)
    covariance = (centered * (average - average.mean(dim=0))).sum(dim=0) / (len(prediction) - 1)
    cc_norm = covariance / torch.sqrt(prediction.var(dim=0) * signal_power)
    cc_max = torch.sqrt(power.clamp(min=0) / average.var(dim=0))
    return (cc_norm, cc_max)
