# exercise: bernoulli_loss
# says: the finished loss as a class
# points: 2
def bernoulli_loss(logits, targets):
    return nn.BCEWithLogitsLoss()(logits, targets)
