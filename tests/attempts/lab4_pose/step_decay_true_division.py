# exercise: step_decay
# says: decays smoothly
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * decay_factor ** (epoch / decay_every)
