# exercise: step_decay
# says: with torch, as a tensor
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    cuts = torch.floor(torch.tensor(epoch / decay_every, dtype=torch.float64))
    return learning_rate * torch.pow(torch.tensor(decay_factor, dtype=torch.float64), cuts)
