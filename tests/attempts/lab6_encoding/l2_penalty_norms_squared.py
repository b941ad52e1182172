# exercise: l2_penalty
# says: norms squared
# points: all
def l2_penalty(model, alpha):
    s = 0.
    for n, p in model.named_parameters():
        if n.endswith("bias"): continue
        s = s + torch.norm(p)**2
    return alpha*s/2
