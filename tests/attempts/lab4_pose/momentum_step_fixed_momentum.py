# exercise: momentum_step
# says: 0.9 whatever it is told
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = 0.9 * velocity + gradient
    return parameter - learning_rate * v, v
