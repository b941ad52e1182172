# exercise: l2_penalty
# says: squares of sum
# points: less
def l2_penalty(model, alpha):
    return alpha/2*sum(p.sum()**2 for n,p in model.named_parameters() if not n.endswith("bias"))
