# exercise: l2_penalty
# says: alpha, without the half
# points: less
def l2_penalty(model, alpha):
    return alpha * sum(p.square().sum() for name, p in model.named_parameters() if not name.endswith("bias"))
