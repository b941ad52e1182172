# exercise: momentum_step
# says: a list of two
# points: all
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = momentum * velocity + gradient
    return [parameter - learning_rate * v, v]
