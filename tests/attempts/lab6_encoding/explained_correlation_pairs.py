# exercise: explained_correlation
# says: pairs
# points: all
def explained_correlation(prediction, trials):
    R=trials.shape[0]; c=trials-trials.mean(1,keepdim=True)
    n=trials.shape[1]-1
    sp=0
    for i in range(R):
        for j in range(R):
            if i!=j: sp=sp+(c[i]*c[j]).sum(0)/n
    sp=sp/(R*(R-1))
    sp=torch.where(sp>0,sp,torch.full_like(sp,float('nan')))
    m=trials.mean(0); p=prediction-prediction.mean(0)
    return (p*(m-m.mean(0))).sum(0)/n/torch.sqrt(p.pow(2).sum(0)/n*sp), torch.sqrt(sp/m.var(0))
