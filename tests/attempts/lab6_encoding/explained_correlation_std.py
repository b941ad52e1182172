# exercise: explained_correlation
# says: std
# points: all
def explained_correlation(prediction, trials):
    R=len(trials)
    sp=(trials.sum(0).std(0)**2-(trials.std(1)**2).sum(0))/R/(R-1)
    sp[sp<=0]=float('nan')
    m=trials.mean(0)
    cc=((prediction-prediction.mean(0))*(m-m.mean(0))).mean(0)/(prediction.std(0,unbiased=False)*m.std(0,unbiased=False))
    mx=(sp/m.var(0)).sqrt()
    return cc/mx, mx
