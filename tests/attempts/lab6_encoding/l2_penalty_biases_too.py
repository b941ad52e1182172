# exercise: l2_penalty
# says: all parameters
# points: 2
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.square().sum() for p in model.parameters())
