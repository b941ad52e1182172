"""Part 4: stochastic gradient descent."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.data.training import TrainingHistory, check_examples, check_finite


def momentum_step(
    parameter: Float[Tensor, "*shape"],
    gradient: Float[Tensor, "*shape"],
    velocity: Float[Tensor, "*shape"],
    learning_rate: float,
    momentum: float = 0.9,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    r"""One step of gradient descent with momentum, in torch's convention.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v.

    Parameters
    ----------
    parameter, gradient : Tensors of any shape, the same
        θ, and g, the gradient of the loss with respect to it.
    velocity : Tensor of that shape
        v after the step before; zeros before the first.
    learning_rate, momentum : float
        η and μ.

    Returns
    -------
    parameter, velocity : Tensors of that shape
        After the step, new tensors: those given stay as they are.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl and G. Hinton (2013). On the importance of initialization and
    momentum in deep learning. ICML. Theirs multiplies η into the velocity; torch's does not, so
    that a change of the rate acts at once.
    """
    # The velocity is a sum of all gradients so far, older ones counting less.
    # BEGIN SOLUTION
    velocity = momentum * velocity + gradient
    # END SOLUTION

    # Move downhill along it.
    # BEGIN SOLUTION
    parameter = parameter - learning_rate * velocity
    # END SOLUTION
    return parameter, velocity


def step_decay(
    learning_rate: float, epoch: int, decay_every: int = 100, decay_factor: float = 0.1
) -> float:
    """Learning rate of an epoch, if it is cut at regular intervals.

    Parameters
    ----------
    learning_rate : float
        Of the first epoch, which has number 0.
    epoch : int
        The number of the epoch.
    decay_every : int
        After so many epochs, and again after as many more, ...
    decay_factor : float
        ... the rate is multiplied by this.

    Returns
    -------
    float
    """
    # How often has it been cut by now?
    # BEGIN SOLUTION
    rate = learning_rate * decay_factor ** (epoch // decay_every)
    # END SOLUTION
    return rate


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
        they are.
    train_data, validation_data : sequences of (image, targets)
        On any device: each is moved to the model's.
    loss : function of (logits, targets)
        A tensor () that can be differentiated.
    num_epochs : int
        How often each training example is seen.
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
        If the loss is infinite or not a number.
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
