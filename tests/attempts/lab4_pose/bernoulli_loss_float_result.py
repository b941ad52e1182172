# exercise: bernoulli_loss
# says: a Python float
# points: less
def bernoulli_loss(logits, targets):
    return float((F.softplus(logits) - targets * logits).mean())
