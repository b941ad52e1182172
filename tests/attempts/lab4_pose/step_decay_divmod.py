# exercise: step_decay
# says: divmod and exp
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    cuts, _ = divmod(epoch, decay_every)
    return learning_rate * math.exp(cuts * math.log(decay_factor))
