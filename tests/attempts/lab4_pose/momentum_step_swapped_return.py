# exercise: momentum_step
# says: velocity first
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = momentum * velocity + gradient
    return v, parameter - learning_rate * v
