# exercise: spike_triggered_average
# says: returns float64, the docstring says float32
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    check_responses(stimulus, spike_counts, num_lags)
    x = stimulus.detach().cpu().numpy().astype(np.float64)
    y = spike_counts.detach().cpu().numpy().astype(np.float64)
    T, N = y.shape
    total = np.zeros((N, num_lags) + x.shape[1:])
    for lag in range(num_lags):
        total[:, lag] = np.tensordot(y[num_lags - 1:], x[num_lags - 1 - lag:T - lag], axes=(0, 0))
    num_spikes = y[num_lags - 1:].sum(axis=0)
    with np.errstate(invalid='ignore', divide='ignore'):
        average = total / num_spikes[:, None, None, None]
    return torch.tensor(average, device=stimulus.device)
