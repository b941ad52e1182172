# exercise: bernoulli_loss
# says: one of the two exponents is always 0, so the sum is 1 + e^-|a|
# points: all
def bernoulli_loss(logits, targets):
    log_normalizer = torch.relu(logits) + torch.log1p(torch.exp(-torch.abs(logits)))
    return log_normalizer.mean() - (targets * logits).mean()
