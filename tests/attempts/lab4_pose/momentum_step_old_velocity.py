# exercise: momentum_step
# says: steps along the velocity of the step before
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    stepped = parameter - learning_rate * velocity
    return stepped, momentum * velocity + gradient
