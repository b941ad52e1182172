# exercise: bernoulli_loss
# says: clamp and |a|, whose corners at a = 0 torch gives a slope of its own
# points: all
def bernoulli_loss(logits, targets):
    return (logits.clamp(min=0) - targets * logits + torch.log1p(torch.exp(-logits.abs()))).mean()
