# exercise: l2_penalty
# says: the norm, not its square
# points: less
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.norm() for name, p in model.named_parameters() if not name.endswith("bias"))
