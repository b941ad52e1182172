# exercise: bernoulli_loss
# says: takes the ones for zeros
# points: 0
def bernoulli_loss(logits, targets):
    return torch.mean(F.softplus(logits) - (1 - targets) * logits)
