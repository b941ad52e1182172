# exercise: bernoulli_loss
# says: the formula as it stands: e^a overflows
# points: 4
def bernoulli_loss(logits, targets):
    return torch.mean(torch.log(1 + torch.exp(logits)) - targets * logits)
