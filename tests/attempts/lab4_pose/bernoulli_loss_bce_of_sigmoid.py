# exercise: bernoulli_loss
# says: binary_cross_entropy of sigmoid, whose logarithm stops at -100
# points: 4
def bernoulli_loss(logits, targets):
    return F.binary_cross_entropy(torch.sigmoid(logits), targets)
