# exercise: spike_triggered_average
# says: lists the spikes and averages their windows, with NumPy
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    movie = np.asarray(stimulus.cpu(), dtype=np.float64)
    result = []
    for counts in np.asarray(spike_counts.cpu()).astype(int).T:
        times = np.repeat(np.arange(len(counts)), counts)
        times = times[times >= num_lags - 1]
        if not len(times):
            result.append(np.full((num_lags, *movie.shape[1:]), np.nan))
            continue
        result.append(sum(movie[t - num_lags + 1 : t + 1][::-1] for t in times) / len(times))
    return torch.tensor(np.array(result), dtype=torch.float32)
