# exercise: momentum_step
# says: torch.add with alpha
# points: all
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = torch.add(gradient, velocity, alpha=momentum)
    return torch.add(parameter, v, alpha=-learning_rate), v
