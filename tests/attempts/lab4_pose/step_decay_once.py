# exercise: step_decay
# says: cuts the rate once, and never again
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * decay_factor if epoch >= decay_every else learning_rate
