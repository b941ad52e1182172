# exercise: explained_correlation
# says: squared
# points: less
def explained_correlation(prediction, trials):
    R=len(trials); sp=(trials.sum(0).var(0)-trials.var(1).sum(0))/(R*(R-1)); sp=torch.where(sp>0,sp,torch.nan); m=trials.mean(0)
    cov=((prediction-prediction.mean(0))*(m-m.mean(0))).sum(0)/(len(m)-1)
    return (cov/torch.sqrt(prediction.var(0)*sp))**2, torch.sqrt(sp/m.var(0))
