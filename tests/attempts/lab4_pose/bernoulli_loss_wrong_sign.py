# exercise: bernoulli_loss
# says: the log likelihood: gradient descent would make it worse
# points: 1
def bernoulli_loss(logits, targets):
    return torch.mean(targets * logits - F.softplus(logits))
