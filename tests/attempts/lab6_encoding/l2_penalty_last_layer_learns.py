# exercise: l2_penalty
# says: the right number, in which only the last weights are part of the graph
# points: 2
def l2_penalty(model, alpha):
    penalty = 0
    for name, parameter in model.named_parameters():
        if not name.endswith("bias"):
            penalty = float(penalty) + alpha / 2 * (parameter**2).sum()
    return penalty
