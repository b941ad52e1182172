# exercise: train
# says: torch.set_grad_enabled, closures, and a running mean
# points: all
def train(model, train_data, validation_data, loss, *, num_epochs, learning_rate, momentum=0.9, decay_every=100, decay_factor=0.1, seed=0, progress=True):
    device = next(model.parameters()).device
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), learning_rate, momentum)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=decay_every, gamma=decay_factor)

    def one_pass(data, order, learn):
        model.train(learn)
        mean = 0.0
        with torch.set_grad_enabled(learn):
            for n, i in enumerate(order, start=1):
                image, targets = data[i][0].to(device), data[i][1].to(device)
                if learn:
                    optimizer.zero_grad(set_to_none=True)
                value = loss(model(image), targets)
                if learn:
                    value.backward()
                    optimizer.step()
                mean += (value.item() - mean) / n
        return mean

    columns = [], [], []
    for _ in tqdm(range(num_epochs), disable=not progress):
        columns[2].append(optimizer.param_groups[0]["lr"])
        columns[0].append(one_pass(train_data, rng.permutation(len(train_data)), True))
        columns[1].append(one_pass(validation_data, range(len(validation_data)), False))
        scheduler.step()
    return TrainingHistory(*map(tuple, columns))
