# exercise: bernoulli_loss
# says: the mean over pixels, but the sum over key points
# points: 8
def bernoulli_loss(logits, targets):
    losses = F.softplus(logits) - targets * logits
    return losses.mean(dim=(-2, -1)).sum(dim=-1).mean()
