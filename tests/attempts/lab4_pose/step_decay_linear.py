# exercise: step_decay
# says: each cut multiplies by the factor times the number of cuts
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    cuts = epoch // decay_every
    return learning_rate * decay_factor * cuts if cuts else learning_rate
