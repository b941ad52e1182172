# exercise: bernoulli_loss
# says: a Python float
# points: 8
def bernoulli_loss(logits, targets):
    return float((F.softplus(logits) - targets * logits).mean())
