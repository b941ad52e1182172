# exercise: step_decay
# says: the factor without the rate
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return decay_factor ** (epoch // decay_every)
