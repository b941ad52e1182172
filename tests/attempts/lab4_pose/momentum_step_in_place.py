# exercise: momentum_step
# says: overwrites the tensors that it was given
# points: 3
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    velocity *= momentum
    velocity += gradient
    parameter -= learning_rate * velocity
    return parameter, velocity
