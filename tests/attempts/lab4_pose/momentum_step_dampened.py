# exercise: momentum_step
# says: weights the gradient by 1 - μ: a running mean, not torch's sum
# points: 0
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    velocity = momentum * velocity + (1 - momentum) * gradient
    return parameter - learning_rate * velocity, velocity
