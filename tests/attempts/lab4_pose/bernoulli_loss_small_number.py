# exercise: bernoulli_loss
# says: adds 1e-8 inside the logarithms: no inf, but 18 where 1000 is right, and no gradient
# points: 4
def bernoulli_loss(logits, targets):
    p = torch.sigmoid(logits)
    return -torch.mean(targets * torch.log(p + 1e-8) + (1 - targets) * torch.log(1 - p + 1e-8))
