# exercise: bernoulli_loss
# says: torch.logaddexp of 0 and a
# points: all
def bernoulli_loss(logits, targets):
    return (torch.logaddexp(logits, torch.zeros_like(logits)) - targets * logits).mean()
