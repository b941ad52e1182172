# exercise: momentum_step
# says: multiplies the rate into the velocity, as Sutskever et al. write it: a later cut of the rate acts slowly
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    velocity = momentum * velocity + learning_rate * gradient
    return parameter - velocity, velocity
