# exercise: bernoulli_loss
# says: torch's own softplus is log(1 + e^a), stable
# points: all
def bernoulli_loss(logits, targets):
    return (F.softplus(logits) - targets * logits).mean()
