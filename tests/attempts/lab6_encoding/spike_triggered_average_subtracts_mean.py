# exercise: spike_triggered_average
# says: subtracts mean
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first=num_lags-1; y=spike_counts[first:].float(); x=stimulus.float(); x=x-x.mean()
    return torch.stack([torch.einsum('tn,thw->nhw',y,x[first-l:len(x)-l]) for l in range(num_lags)],1)/y.sum(0)[:,None,None,None]
