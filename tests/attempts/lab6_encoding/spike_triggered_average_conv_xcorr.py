# exercise: spike_triggered_average
# says: conv xcorr
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    y=spike_counts[num_lags-1:].float(); T,H,W=stimulus.shape
    x=stimulus.float().reshape(T,-1).T[:,None]  # pixels,1,T
    c=F.conv1d(x,y.T[:,None])                   # pixels,N,num_lags: position s: sum_t y[t] x[s+t]
    c=c.flip(2).permute(1,2,0)/y.sum(0)[:,None,None]
    return c.reshape(-1,num_lags,H,W)
