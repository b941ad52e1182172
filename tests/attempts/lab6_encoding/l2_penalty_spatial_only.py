# exercise: l2_penalty
# says: the LNP's filters by name, which other models do not have
# points: less
def l2_penalty(model, alpha):
    return alpha / 2 * (model.spatial.square().sum() + model.temporal.square().sum())
