# exercise: bernoulli_loss
# says: both terms with logsigmoid
# points: all
def bernoulli_loss(logits, targets):
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()
