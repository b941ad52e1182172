# exercise: step_decay
# says: cuts one epoch late
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * decay_factor ** ((epoch - 1) // decay_every)
