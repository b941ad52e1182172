# exercise: step_decay
# says: calls itself
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    if epoch < decay_every:
        return learning_rate
    return decay_factor * step_decay(learning_rate, epoch - decay_every, decay_every, decay_factor)
