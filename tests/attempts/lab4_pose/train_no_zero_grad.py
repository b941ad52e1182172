# exercise: train
# says: gradients of all earlier examples pile up
# points: 8
def train(model, train_data, validation_data, loss, *, num_epochs, learning_rate, momentum=0.9, decay_every=100, decay_factor=0.1, seed=0, progress=True):
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    train_losses, validation_losses, learning_rates = [], [], []
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=learning_rate, momentum=momentum)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, decay_every, decay_factor)
    for epoch in range(num_epochs):
        learning_rates.append(optimizer.param_groups[0]["lr"])
        losses = []
        model.train()
        for i in torch.randperm(len(train_data), generator=generator).tolist():
            image, targets = (x.to(device) for x in train_data[i])
            example_loss = loss(model(image), targets)
            example_loss.backward()
            optimizer.step()
            losses.append(example_loss.item())
        train_losses.append(sum(losses) / len(losses))
        scheduler.step()
        model.eval()
        losses = []
        with torch.no_grad():
            for image, targets in validation_data:
                losses.append(loss(model(image.to(device)), targets.to(device)).item())
        validation_losses.append(sum(losses) / len(losses))
    return TrainingHistory(tuple(train_losses), tuple(validation_losses), tuple(learning_rates))
