# exercise: momentum_step
# says: returns the parameter alone
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = momentum * velocity + gradient
    return parameter - learning_rate * v
