# exercise: l2_penalty
# says: biases are the parameters with one axis
# points: 2
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.square().sum() for p in model.parameters() if p.ndim > 1)
