# exercise: l2_penalty
# says: skips what is called "bias", not what ends in it
# points: 2
def l2_penalty(model, alpha):
    return alpha / 2 * sum(p.square().sum() for name, p in model.named_parameters() if name != "bias")
