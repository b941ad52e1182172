# exercise: explained_correlation
# says: the mean covariance of two different trials, neuron by neuron, by torch.cov
# points: all
def explained_correlation(prediction, trials):
    cc_norm, cc_max = [], []
    num_trials = len(trials)
    for n in range(prediction.shape[1]):
        covariances = torch.cov(trials[:, :, n])
        power = (covariances.sum() - covariances.trace()) / (num_trials * (num_trials - 1))
        mean = trials[:, :, n].mean(0)
        c = torch.cov(torch.stack([prediction[:, n], mean]))
        if power > 0:
            cc_norm.append(c[0, 1] / torch.sqrt(c[0, 0] * power))
            cc_max.append(torch.sqrt(power / c[1, 1]))
        else:
            cc_norm.append(torch.tensor(float("nan")))
            cc_max.append(torch.tensor(float("nan")))
    return torch.stack(cc_norm), torch.stack(cc_max)
