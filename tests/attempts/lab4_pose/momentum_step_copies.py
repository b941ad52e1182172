# exercise: momentum_step
# says: works in place, on copies
# points: all
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    parameter, velocity = parameter.clone(), velocity.clone()
    velocity.mul_(momentum).add_(gradient)
    parameter.sub_(learning_rate * velocity)
    return [parameter, velocity]
