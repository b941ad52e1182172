# exercise: momentum_step
# says: torch's own SGD, with the velocity in its buffer
# points: all
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    weight = torch.nn.Parameter(parameter.detach().clone())
    optimizer = torch.optim.SGD([weight], lr=learning_rate, momentum=momentum)
    optimizer.state[weight]["momentum_buffer"] = velocity.clone()
    weight.grad = gradient.clone()
    optimizer.step()
    return weight.detach(), optimizer.state[weight]["momentum_buffer"]
