# exercise: train
# says: a DataLoader, functions of its own for the two passes, and LambdaLR
# points: all
def train(model, train_data, validation_data, loss, *, num_epochs, learning_rate, momentum=0.9, decay_every=100, decay_factor=0.1, seed=0, progress=True):

    device = next(model.parameters()).device
    loader = torch.utils.data.DataLoader(list(train_data), batch_size=None, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: decay_factor ** (epoch // decay_every))

    def learn(image, targets):
        model.zero_grad(set_to_none=False)
        value = loss(model(image.to(device)), targets.to(device))
        value.backward()
        optimizer.step()
        return value.item()

    @torch.no_grad()
    def judge(image, targets):
        return loss(model(image.to(device)), targets.to(device)).item()

    rows = []
    for _ in range(num_epochs):
        rate = scheduler.get_last_lr()[0]
        model.train()
        train_loss = np.mean([learn(*pair) for pair in loader])
        model.eval()
        rows.append((train_loss, np.mean([judge(*pair) for pair in validation_data]), rate))
        scheduler.step()
    return TrainingHistory(*(tuple(map(float, column)) for column in zip(*rows)))
