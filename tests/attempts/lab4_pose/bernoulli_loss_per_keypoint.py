# exercise: bernoulli_loss
# says: one loss for each key point
# points: 7
def bernoulli_loss(logits, targets):
    return (F.softplus(logits) - targets * logits).mean(dim=(-1, -2))
