# exercise: bernoulli_loss
# says: torch.logsumexp over a stack of 0 and a
# points: all
def bernoulli_loss(logits, targets):
    log_normalizer = torch.logsumexp(torch.stack([torch.zeros_like(logits), logits]), dim=0)
    return torch.sum(log_normalizer - targets * logits) / logits.numel()
