# exercise: l2_penalty
# says: absolute values: the lasso
# points: less
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.abs().sum() for name, p in model.named_parameters() if not name.endswith("bias"))
