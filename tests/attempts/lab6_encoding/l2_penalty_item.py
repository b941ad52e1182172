# exercise: l2_penalty
# says: adds numbers up: no gradient
# points: 2
def l2_penalty(model, alpha):
    return torch.tensor(alpha / 2 * sum(p.square().sum().item() for name, p in model.named_parameters() if not name.endswith("bias")))
