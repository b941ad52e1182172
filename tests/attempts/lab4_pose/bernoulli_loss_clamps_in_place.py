# exercise: bernoulli_loss
# says: clamps the logits in place, after their copy
# points: 7
def bernoulli_loss(logits, targets):
    a = logits.clone()
    logits.clamp_(min=0)
    m = a.clamp(min=0)
    return (m + torch.log(torch.exp(-m) + torch.exp(a - m)) - targets * a).mean()
