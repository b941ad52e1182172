# exercise: momentum_step
# says: looks ahead along the velocity, as Nesterov's method does
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    velocity = momentum * velocity + gradient
    return parameter - learning_rate * (gradient + momentum * velocity), velocity
