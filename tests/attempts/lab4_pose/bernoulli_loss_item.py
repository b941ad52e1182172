# exercise: bernoulli_loss
# says: .item() cuts the graph: the value is right, and nothing can be learned from it
# points: 8
def bernoulli_loss(logits, targets):
    return torch.mean(F.softplus(logits) - targets * logits).item()
