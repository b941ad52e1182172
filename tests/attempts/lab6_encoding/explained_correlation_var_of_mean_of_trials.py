# exercise: explained_correlation
# says: another estimator: variance over trials as the noise
# points: less
def explained_correlation(prediction, trials):
    R=len(trials); m=trials.mean(0); noise=trials.var(0).mean(0)/R
    sp=m.var(0)-noise; sp=torch.where(sp>0,sp,torch.nan)
    cov=((prediction-prediction.mean(0))*(m-m.mean(0))).sum(0)/(len(m)-1)
    return cov/torch.sqrt(prediction.var(0)*sp), torch.sqrt(sp/m.var(0))
