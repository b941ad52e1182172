# exercise: bernoulli_loss
# says: m without its gradient: it cancels, so the gradients are the same
# points: all
def bernoulli_loss(logits, targets):
    m = torch.maximum(logits.detach(), torch.zeros_like(logits))
    return torch.mean(m + torch.log(torch.exp(-m) + torch.exp(logits - m)) - targets * logits)
