# exercise: bernoulli_loss
# says: right values, but torch gives relu and abs slope 0 at a = 0: the gradient there is -y
# points: 11
def bernoulli_loss(logits, targets):
    log_normalizer = torch.relu(logits) + torch.log1p(torch.exp(-torch.abs(logits)))
    return log_normalizer.mean() - (targets * logits).mean()
