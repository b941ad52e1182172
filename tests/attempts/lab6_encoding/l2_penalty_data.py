# exercise: l2_penalty
# says: squares .data, which has no gradient
# points: 2
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.data.square().sum() for name, p in model.named_parameters() if not name.endswith("bias"))
