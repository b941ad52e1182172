# exercise: l2_penalty
# says: the norm, squared, of all weights in one vector
# points: all
def l2_penalty(model, alpha):
    flat = torch.cat([p.flatten() for name, p in model.named_parameters() if not name.endswith("bias")])
    return alpha / 2 * torch.linalg.vector_norm(flat) ** 2
