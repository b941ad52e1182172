# exercise: momentum_step
# says: a named tuple comes back
# points: all
from collections import namedtuple
Step = namedtuple('Step', 'parameter velocity')
def momentum_step(parameter, gradient, velocity, learning_rate, momentum=0.9):
    v = velocity * momentum + gradient
    return Step(parameter - v * learning_rate, v)
