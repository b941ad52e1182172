# exercise: step_decay
# says: 100 epochs and a tenth, whatever it is told
# points: 2
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    return learning_rate * 0.1 ** (epoch // 100)
