# exercise: momentum_step
# says: adds the velocity into the gradient
# points: 3
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    gradient += momentum * velocity
    return parameter - learning_rate * gradient, gradient
