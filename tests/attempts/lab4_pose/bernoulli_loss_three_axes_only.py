# exercise: bernoulli_loss
# says: takes the mean over three axes, which are not all where images come in a batch
# points: 10
def bernoulli_loss(logits, targets):
    m = torch.clamp(logits, min=0)
    costs = m + torch.log(torch.exp(-m) + torch.exp(logits - m)) - targets * logits
    return costs.mean(dim=(0, 1, 2))
