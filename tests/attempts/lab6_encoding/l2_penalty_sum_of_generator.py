# exercise: l2_penalty
# says: Python's sum over parameters whose name does not end in bias
# points: all
def l2_penalty(model, alpha):
    return 0.5 * alpha * sum((p**2).sum() for name, p in model.named_parameters() if not name.endswith("bias"))
