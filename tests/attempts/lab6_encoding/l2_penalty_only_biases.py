# exercise: l2_penalty
# says: only biases
# points: less
def l2_penalty(model, alpha):
    return alpha/2*sum(p.square().sum() for n,p in model.named_parameters() if n.endswith("bias"))
