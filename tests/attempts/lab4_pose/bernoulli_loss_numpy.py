# exercise: bernoulli_loss
# says: computes in NumPy, which knows no gradients
# points: 8
def bernoulli_loss(logits, targets):
    a, y = logits.detach().cpu().numpy(), targets.detach().cpu().numpy()
    return torch.tensor(np.mean(np.logaddexp(0, a) - y * a))
