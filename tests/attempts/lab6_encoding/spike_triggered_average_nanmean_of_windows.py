# exercise: spike_triggered_average
# says: every spiking bin once
# points: less
def spike_triggered_average(stimulus, spike_counts, num_lags):
    first=num_lags-1; x=stimulus.float()
    out=[]
    for n in range(spike_counts.shape[1]):
        t=torch.nonzero(spike_counts[:,n]).flatten(); t=t[t>=first]
        out.append(torch.stack([x[t-l].mean(0) for l in range(num_lags)]))
    return torch.stack(out)
