# exercise: spike_triggered_average
# says: forgets last bins
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first=num_lags-1; y=spike_counts[first:-1].float(); x=stimulus.float()
    tot=torch.stack([torch.einsum('tn,thw->nhw',y,x[first-l:len(x)-l-1]) for l in range(num_lags)],1)
    return tot/spike_counts[first:].float().sum(0)[:,None,None,None]
