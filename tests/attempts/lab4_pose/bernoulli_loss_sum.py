# exercise: bernoulli_loss
# says: the sum in place of the mean
# points: 7
def bernoulli_loss(logits, targets):
    m = torch.clamp(logits, min=0)
    log_normalizer = m + torch.log(torch.exp(-m) + torch.exp(logits - m))
    return torch.sum(log_normalizer - targets * logits)
