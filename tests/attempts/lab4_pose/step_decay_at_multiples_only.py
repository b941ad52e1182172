# exercise: step_decay
# says: cuts at multiples only, and goes back
# points: 0
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * decay_factor if epoch and epoch % decay_every == 0 else learning_rate
