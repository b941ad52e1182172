# exercise: bernoulli_loss
# says: takes the arguments in each other's place
# points: 1
def bernoulli_loss(logits, targets):
    return (F.softplus(targets) - logits * targets).mean()
