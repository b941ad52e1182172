# exercise: bernoulli_loss
# says: clamp has slope 1 at a = 0, and the absolute value slope 0: the gradient there is 1 - y
# points: less
def bernoulli_loss(logits, targets):
    return (logits.clamp(min=0) - targets * logits + torch.log1p(torch.exp(-logits.abs()))).mean()
