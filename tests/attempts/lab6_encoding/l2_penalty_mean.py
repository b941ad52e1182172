# exercise: l2_penalty
# says: the mean of the squares
# points: less
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.square().mean() for name, p in model.named_parameters() if not name.endswith("bias"))
