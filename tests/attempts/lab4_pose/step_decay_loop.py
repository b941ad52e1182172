# exercise: step_decay
# says: cuts one after the other
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    while epoch >= decay_every:
        learning_rate *= decay_factor
        epoch -= decay_every
    return learning_rate
