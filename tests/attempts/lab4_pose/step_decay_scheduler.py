# exercise: step_decay
# says: asks torch's StepLR
# points: all
def step_decay(learning_rate, epoch, decay_every=100, decay_factor=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, decay_every, decay_factor)
    for _ in range(epoch):
        optimizer.step()
        scheduler.step()
    return scheduler.get_last_lr()[0]
