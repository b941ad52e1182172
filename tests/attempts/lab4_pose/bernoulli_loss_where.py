# exercise: bernoulli_loss
# says: torch.where between two forms: right values, NaN gradients where the form that is not taken overflows
# points: 9
def bernoulli_loss(logits, targets):
    large = logits + torch.log(1 + torch.exp(-logits))
    small = torch.log(1 + torch.exp(logits))
    return torch.mean(torch.where(logits > 0, large, small) - targets * logits)
