# exercise: spike_triggered_average
# says: two loops, over lags and neurons, in double precision
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    num_frames, height, width = stimulus.shape
    x, y = stimulus.double(), spike_counts.double()[num_lags - 1 :]
    average = torch.empty(y.shape[1], num_lags, height, width)
    for n in range(y.shape[1]):
        for lag in range(num_lags):
            shown = x[num_lags - 1 - lag : num_frames - lag]
            average[n, lag] = (y[:, n, None, None] * shown).sum(0) / y[:, n].sum()
    return average
