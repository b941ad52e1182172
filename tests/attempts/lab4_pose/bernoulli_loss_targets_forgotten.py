# exercise: bernoulli_loss
# says: leaves y a out
# points: less
def bernoulli_loss(logits, targets):
    return F.softplus(logits).mean()
