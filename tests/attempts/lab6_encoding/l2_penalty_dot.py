# exercise: l2_penalty
# says: each weight's product with itself, added up in a loop
# points: all
def l2_penalty(model, alpha):
    penalty = 0
    for name, weight in model.named_parameters():
        if name.split(".")[-1].endswith("bias"):
            continue
        penalty = penalty + torch.dot(weight.reshape(-1), weight.reshape(-1))
    return penalty * alpha * 0.5
