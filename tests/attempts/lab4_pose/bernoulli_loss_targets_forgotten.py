# exercise: bernoulli_loss
# says: leaves y a out
# points: 1
def bernoulli_loss(logits, targets):
    return F.softplus(logits).mean()
