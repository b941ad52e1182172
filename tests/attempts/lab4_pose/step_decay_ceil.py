# exercise: step_decay
# says: rounds the number of cuts up
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * decay_factor ** math.ceil(epoch / decay_every)
