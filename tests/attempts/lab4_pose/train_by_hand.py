# exercise: train
# says: no optimizer and no scheduler: the formulas of both, and lists in the history
# points: all
def train(model, train_data, validation_data, loss, *, num_epochs, learning_rate, momentum=0.9, decay_every=100, decay_factor=0.1, seed=0, progress=True):

    learning = [p for p in model.parameters() if p.requires_grad]
    velocities = [torch.zeros_like(p) for p in learning]
    history = {"train_losses": [], "validation_losses": [], "learning_rates": []}
    order = np.random.default_rng(seed)
    for epoch in range(num_epochs):
        rate = learning_rate * decay_factor ** (epoch // decay_every)
        history["learning_rates"].append(rate)
        model.train()
        total = 0.0
        for i in order.permutation(len(train_data)):
            image, targets = (x.to(learning[0].device) for x in train_data[i])
            value = loss(model(image), targets)
            gradients = torch.autograd.grad(value, learning)
            with torch.no_grad():
                for p, v, g in zip(learning, velocities, gradients):
                    v.mul_(momentum).add_(g)
                    p.sub_(rate * v)
            total += float(value)
        history["train_losses"].append(total / len(train_data))
        was_enabled = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        model.train(False)
        total = sum(float(loss(model(x.to(learning[0].device)), y.to(learning[0].device))) for x, y in validation_data)
        torch.set_grad_enabled(was_enabled)
        history["validation_losses"].append(total / len(validation_data))
    return TrainingHistory(**history)
