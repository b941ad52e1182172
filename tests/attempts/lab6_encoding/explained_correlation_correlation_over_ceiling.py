# exercise: explained_correlation
# says: the plain correlation divided by CC_max, in double precision by NumPy
# points: all
def explained_correlation(prediction, trials):
    y, p = trials.double().cpu().numpy(), prediction.double().cpu().numpy()
    R, mean = len(y), y.mean(0)
    power = (y.sum(0).var(0, ddof=1) - y.var(1, ddof=1).sum(0)) / (R * R - R)
    power[power <= 0] = np.nan
    with np.errstate(all="ignore"):
        ceiling = np.sqrt(power / mean.var(0, ddof=1))
        cc = [np.corrcoef(p[:, n], mean[:, n])[0, 1] for n in range(p.shape[1])]
        return torch.tensor(np.array(cc) / ceiling), torch.tensor(ceiling)
