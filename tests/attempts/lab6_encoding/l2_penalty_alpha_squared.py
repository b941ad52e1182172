# exercise: l2_penalty
# says: alpha inside of the square
# points: less
def l2_penalty(model, alpha):
    return sum((alpha * p).square().sum() for name, p in model.named_parameters() if not name.endswith("bias")) / 2
