# exercise: explained_correlation
# says: divides by n throughout
# points: all
def explained_correlation(prediction, trials):
    R = trials.shape[0]
    power = (trials.sum(0).var(0, correction=0) - trials.var(1, correction=0).sum(0)) / R / (R - 1)
    power = torch.where(power > 0, power, float("nan"))
    mean = trials.mean(0)
    cov = (prediction * mean).mean(0) - prediction.mean(0) * mean.mean(0)
    return cov / (prediction.var(0, correction=0) * power).sqrt(), (power / mean.var(0, correction=0)).sqrt()
