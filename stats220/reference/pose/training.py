"""Part 4: stochastic gradient descent."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.data.training import TrainingHistory, check_examples, check_finite


def train(
    model: nn.Module,
    train_data: Sequence[tuple[Tensor, Tensor]],
    validation_data: Sequence[tuple[Tensor, Tensor]],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    num_epochs: int,
    learning_rate: float,
    momentum: float = 0.9,
    decay_every: int = 100,
    decay_factor: float = 0.1,
    seed: int = 0,
    progress: bool = True,
) -> TrainingHistory:
    """Train a model by stochastic gradient descent with momentum, one example at a time.

    Parameters
    ----------
    model : nn.Module
        From an image to logits; changed in place. Parameters that do not require gradients stay as
        they are. Gradients that it has from before do not count.
    train_data, validation_data : sequences of (image, targets)
        On any device: each is moved to the model's.
    loss : function of (logits, targets)
        A tensor () that can be differentiated.
    num_epochs : int
        How often each training example is seen, whatever the losses do.
    learning_rate : float
        Of the first `decay_every` epochs.
    momentum : float
    decay_every, decay_factor : int, float
        Every so many epochs the learning rate is multiplied by the factor.
    seed : int
        Of the random order of the examples, a new one each epoch.
    progress : bool
        Show a progress bar.

    Returns
    -------
    TrainingHistory
        Mean losses and the learning rate of each epoch.

    Raises
    ------
    InputError
        If there are no examples, or an image and its targets differ in size.
    TrainingError
        If the loss of a training example is infinite or not a number. `check_finite` sees to it.
    """
    check_examples(train_data, validation_data)
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    train_losses: list[float] = []
    validation_losses: list[float] = []
    learning_rates: list[float] = []

    # torch's SGD with momentum, for the parameters of the model that require gradients.
    # BEGIN SOLUTION
    optimizer = torch.optim.SGD(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=learning_rate,
        momentum=momentum,
    )
    # END SOLUTION

    # torch's StepLR: the learning rate is multiplied by decay_factor every decay_every epochs.
    # BEGIN SOLUTION
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, decay_every, decay_factor)
    # END SOLUTION

    for epoch in tqdm(range(num_epochs), desc="epochs", disable=not progress):
        learning_rates.append(float(scheduler.get_last_lr()[0]))
        losses = []

        model.train()
        for i in torch.randperm(len(train_data), generator=generator).tolist():
            image, targets = (x.to(device) for x in train_data[i])
            # Compute the example's loss as `example_loss`, the gradients (of this example alone),
            # and take a step.
            # BEGIN SOLUTION
            optimizer.zero_grad()
            example_loss = loss(model(image), targets)
            example_loss.backward()
            optimizer.step()
            # END SOLUTION
            losses.append(check_finite(example_loss, epoch))
        train_losses.append(float(np.mean(losses)))

        # Tell the schedule that an epoch is over.
        # BEGIN SOLUTION
        scheduler.step()
        # END SOLUTION

        # The loss of each validation example, as a list of floats: in eval mode, without gradients.
        # BEGIN SOLUTION
        model.eval()
        with torch.no_grad():
            losses = [
                loss(model(image.to(device)), targets.to(device)).item()
                for image, targets in validation_data
            ]
        # END SOLUTION
        validation_losses.append(float(np.mean(losses)))

    return TrainingHistory(tuple(train_losses), tuple(validation_losses), tuple(learning_rates))
