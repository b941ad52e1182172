# exercise: explained_correlation
# says: correlates over neurons, not over time
# points: less
def explained_correlation(prediction, trials):
    mean = trials.mean(dim=0)
    a, b = prediction - prediction.mean(dim=1, keepdim=True), mean - mean.mean(dim=1, keepdim=True)
    cc = (a * b).sum(1) / torch.sqrt((a * a).sum(1) * (b * b).sum(1))
    return cc[: prediction.shape[1]], torch.ones(prediction.shape[1])
