# exercise: bernoulli_loss
# says: one maximum for the whole map in place of one a pixel: small logits become log(0)
# points: 7
def bernoulli_loss(logits, targets):
    m = torch.clamp(logits.max(), min=0)
    log_normalizer = m + torch.log(torch.exp(-m) + torch.exp(logits - m))
    return torch.mean(log_normalizer - targets * logits)
