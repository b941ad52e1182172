# exercise: momentum_step
# says: in NumPy
# points: 3
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    p, g, v = (np.asarray(x.cpu() if hasattr(x, "cpu") else x) for x in (parameter, gradient, velocity))
    v = momentum * v + g
    return p - learning_rate * v, v
