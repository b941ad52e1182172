# exercise: step_decay
# says: counts the cuts one epoch at a time
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    for e in range(1, epoch + 1):
        if e % decay_every == 0:
            learning_rate = learning_rate * decay_factor
    return learning_rate
