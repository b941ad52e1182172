# exercise: bernoulli_loss
# says: factors out min(0, a): that makes the overflow worse
# points: 2
def bernoulli_loss(logits, targets):
    m = torch.clamp(logits, max=0)
    log_normalizer = m + torch.log(torch.exp(-m) + torch.exp(logits - m))
    return torch.mean(log_normalizer - targets * logits)
