# exercise: l2_penalty
# says: leaves out all names that contain bias, also weights of a module called bias_net
# points: less
def l2_penalty(model, alpha):
    penalty = torch.zeros((), device=next(model.parameters()).device)
    for name, parameter in model.named_parameters():
        if 'bias' not in name:
            penalty = penalty + parameter.square().sum()
    penalty = alpha / 2 * penalty
    return penalty
