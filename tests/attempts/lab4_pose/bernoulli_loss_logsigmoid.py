# exercise: bernoulli_loss
# says: log σ(a) of a one, log σ(-a) of a zero
# points: all
def bernoulli_loss(logits, targets):
    log_likelihood = targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)
    return -log_likelihood.mean()
