# exercise: l2_penalty
# says: state dict holds no graph
# points: less
def l2_penalty(model, alpha):
    return alpha/2*sum(p.square().sum() for n,p in model.state_dict().items() if not n.endswith("bias"))
