# exercise: spike_triggered_average
# says: numpy average
# points: all
def spike_triggered_average(stimulus, spike_counts, num_lags):
    x=stimulus.cpu().numpy().astype(float); y=spike_counts.cpu().numpy().astype(float)
    out=np.zeros((y.shape[1],num_lags)+x.shape[1:],np.float32)
    for n in range(y.shape[1]):
        if not y[num_lags-1:,n].any():
            out[n]=np.nan
            continue
        for l in range(num_lags):
            out[n,l]=np.average(x[num_lags-1-l:len(x)-l],axis=0,weights=y[num_lags-1:,n])
    return torch.from_numpy(out)
