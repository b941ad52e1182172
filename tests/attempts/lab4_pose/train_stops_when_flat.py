# exercise: train
# says: stops when the training loss changes by less than a millionth
# points: 15
def train(
    model, train_data, validation_data, loss, *, num_epochs, learning_rate, momentum=0.9,
    decay_every=100, decay_factor=0.1, seed=0, progress=True,
):
    check_examples(train_data, validation_data)
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    train_losses, validation_losses, learning_rates = [], [], []
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=learning_rate, momentum=momentum)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, decay_every, decay_factor)
    for epoch in tqdm(range(num_epochs), desc="epochs", disable=not progress):
        learning_rates.append(float(scheduler.get_last_lr()[0]))
        losses = []
        model.train()
        for i in torch.randperm(len(train_data), generator=generator).tolist():
            image, targets = (x.to(device) for x in train_data[i])
            optimizer.zero_grad()
            example_loss = loss(model(image), targets)
            example_loss.backward()
            optimizer.step()
            losses.append(check_finite(example_loss, epoch))
        train_losses.append(float(np.mean(losses)))
        scheduler.step()
        model.eval()
        with torch.no_grad():
            losses = [loss(model(x.to(device)), y.to(device)).item() for x, y in validation_data]
        validation_losses.append(float(np.mean(losses)))
        if epoch and abs(train_losses[-1] - train_losses[-2]) < 1e-6:
            break
    return TrainingHistory(tuple(train_losses), tuple(validation_losses), tuple(learning_rates))
