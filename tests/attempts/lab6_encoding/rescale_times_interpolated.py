# exercise: rescale_times
# says: interpolates the clock at times in bins, by NumPy
# points: all
def rescale_times(expected_counts, spike_counts, uniforms):
    rates = expected_counts.double().cpu().numpy()
    bins = np.repeat(np.arange(len(rates)), spike_counts.cpu().numpy())
    when = np.sort(bins + uniforms.double().cpu().numpy())
    clock = np.interp(when, np.arange(len(rates) + 1), np.r_[0, np.cumsum(rates)])
    return torch.tensor(-np.expm1(-np.diff(clock, prepend=0)))
