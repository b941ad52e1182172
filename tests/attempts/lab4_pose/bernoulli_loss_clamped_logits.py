# exercise: bernoulli_loss
# says: clamps the logits before the exponential: finite, but wrong where it matters
# points: 4
def bernoulli_loss(logits, targets):
    logits = torch.clamp(logits, -80, 80)
    return torch.mean(torch.log(1 + torch.exp(logits)) - targets * logits)
