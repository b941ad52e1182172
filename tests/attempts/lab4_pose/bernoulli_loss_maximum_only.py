# exercise: bernoulli_loss
# says: takes max(0, a) for the whole of log(1 + e^a)
# points: 7
def bernoulli_loss(logits, targets):
    return torch.mean(torch.clamp(logits, min=0) - targets * logits)
