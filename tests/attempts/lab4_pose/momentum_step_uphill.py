# exercise: momentum_step
# says: steps along the gradient, uphill
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    velocity = momentum * velocity + gradient
    return parameter + learning_rate * velocity, velocity
