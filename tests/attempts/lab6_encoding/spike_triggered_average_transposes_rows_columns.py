# exercise: spike_triggered_average
# says: transposes rows columns
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first=num_lags-1; y=spike_counts[first:].float(); x=stimulus.float()
    return torch.stack([torch.einsum('tn,thw->nwh',y,x[first-l:len(x)-l]) for l in range(num_lags)],1)/y.sum(0)[:,None,None,None]
