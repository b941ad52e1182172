# exercise: momentum_step
# says: 0.99 if nothing is said
# points: 1
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.99):
    v = momentum * velocity + gradient
    return parameter - learning_rate * v, v
