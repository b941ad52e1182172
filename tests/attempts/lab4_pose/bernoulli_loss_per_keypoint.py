# exercise: bernoulli_loss
# says: one loss for each key point
# points: less
def bernoulli_loss(logits, targets):
    return (F.softplus(logits) - targets * logits).mean(dim=(-1, -2))
