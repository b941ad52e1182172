# exercise: bernoulli_loss
# says: m = |a|
# points: 4
def bernoulli_loss(logits, targets):
    m = logits.abs()
    return (m + torch.log(torch.exp(-m) + torch.exp(logits - m)) - targets * logits).mean()
