"""What comes of the known mistakes in lab 4's training and its parts; see ``slips``."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from stats220.checks.pose.descent import Descent


def of_velocity(
    gradient: torch.Tensor, velocity: torch.Tensor, rate: float, momentum: float
) -> dict[str, torch.Tensor]:
    """Of the velocity after a step with momentum."""
    slowed = momentum * velocity
    return {
        "η is in the velocity already": slowed + rate * gradient,
        "the gradient is weighted by 1 - μ: a mean, not a sum": slowed + (1 - momentum) * gradient,
        "the gradient is slowed, and not the velocity": velocity + momentum * gradient,
        "gradient and velocity are both slowed": momentum * (velocity + gradient),
        "μ and 1 - μ are exchanged": (1 - momentum) * velocity + momentum * gradient,
        "the velocity is slowed by 1 - μ: μ is what is lost of it": (1 - momentum) * velocity
        + gradient,
        "the velocity points down the gradient": slowed - gradient,
        "η is in the velocity, which points down the gradient": slowed - rate * gradient,
        "the old velocity is not slowed": velocity + gradient,
        "the old velocity is forgotten": gradient,
        "the momentum is 0.9 whatever is asked": 0.9 * velocity + gradient,
        "the old velocity is returned": velocity,
    }


def of_parameter(
    parameter: torch.Tensor,
    gradient: torch.Tensor,
    velocity: torch.Tensor,
    rate: float,
    momentum: float,
) -> dict[str, torch.Tensor]:
    """Of the parameter after a step with momentum."""
    new = momentum * velocity + gradient
    steps = {
        "the step goes along the old velocity": rate * velocity,
        "the step goes along the old velocity, slowed": rate * momentum * velocity,
        "the step goes along the gradient alone": rate * gradient,
        "the gradient is in the step twice: in the velocity and beside it": rate * (new + gradient),
        "η is left out of a part of the step, the old velocity's": rate * gradient
        + momentum * velocity,
        "the step is divided by η": new / rate,
        "the step is weighted by 1 - μ": rate * (1 - momentum) * new,
        "the step is scaled to the length η": rate * new / new.norm(),
        "the parameter decays, too": rate * (new + parameter),
        "the step goes up, not down": -rate * new,
        "η is missing in the step": new,
        "η is in the step twice": rate**2 * new,
        "the step looks ahead, as Nesterov's does": rate * (gradient + momentum * new),
    }
    return {slip: parameter - step for slip, step in steps.items()} | {
        "the old parameter is returned": parameter,
        "the step is returned, not the parameter after it": -rate * new,
    }


def of_cuts(start: float, epoch: int) -> dict[str, float]:
    """Of the rate of an epoch, where each hundredth epoch begins with a cut to a tenth."""
    cuts = epoch // 100
    return {
        "the rate is cut a single time": start / 10 ** min(cuts, 1),
        "the last rate lasts one epoch more: the cut is late, or never comes": start
        * 0.1 ** (max(0, epoch - 1) // 100),
        "the rate goes down with each epoch, not by steps": start * 0.1 ** (epoch / 100),
        "the rate is cut in each epoch": start * 0.1**epoch,
        "epochs are counted from 1: the cut is one epoch early": start
        * 0.1 ** ((epoch + 1) // 100),
        "the count of cuts is rounded to the nearest number, not down": start
        * 0.1 ** round(epoch / 100),
        "there is one cut too few": start / 10 ** (cuts - 1),
        **(
            {"a part of a hundred epochs counts as a whole hundred": start / 10 ** (cuts + 1)}
            if epoch
            else {"epoch 0 begins with a cut already": start / 10}
        ),
        "the rate is cut in an epoch that is a multiple alone, and is back afterwards": (
            start * 0.1 ** int(epoch > 0 and epoch % 100 == 0)
        ),
        "the rate is multiplied by the number of cuts": start * 0.1 * cuts,
        "a tenth of the first rate is taken off at each cut": start * (1 - 0.1 * cuts),
        "a tenth is taken off at each cut, whatever the rate is": start - 0.1 * cuts,
        "the rate is divided by 1 plus a tenth for each cut": start / (1 + 0.1 * cuts),
        "the rate is divided by the number of cuts": start / max(cuts, 1),
        "the rate grows: it is divided by the factor": start * 10**cuts,
        "a cut is by e to the minus 0.1, not to a tenth": start * math.exp(-0.1 * cuts),
        "the rate is divided by decay_every at each cut": start / 100**cuts,
        "the first rate is left out": 0.1**cuts,
        "what is left over by hundreds of epochs counts, not the hundreds": start
        * 0.1 ** (epoch % 100),
        "each cut takes a tenth off, and does not leave a tenth": start * 0.9**cuts,
    }


def of_steps(start: float, rate: float, num_examples: int, num_epochs: int) -> dict[str, float]:
    """Of a weight whose loss is (w - 1)² in each example."""

    def after(
        clears: str, *, batch: bool = False, momentum: float = 0.0, longest: float = math.inf
    ) -> float:
        weight = torch.tensor(start, dtype=torch.float64)
        descent, slope = Descent([weight], momentum=momentum), 0.0
        for i in range(num_epochs * num_examples):
            if clears == "step" or (clears == "epoch" and i % num_examples == 0):
                slope = 0.0
            slope += min(max(2 * (weight.item() - 1), -longest), longest)
            if not batch or (i + 1) % num_examples == 0:
                weight.grad = torch.tensor(slope, dtype=torch.float64)
                descent.step(rate)
        return weight.item()

    def after_steps(count: int) -> float:
        return 1 + (start - 1) * (1 - 2 * rate) ** count

    count = num_examples * num_epochs

    return {
        "the gradient is gone, or none was made, when the step is taken, or it is a copy that learns: the weight stays": start,
        "gradients pile up from example to example, and are never cleared": after("never"),
        "gradients pile up within an epoch": after("epoch"),
        "there is one step an epoch, not one for each example": after("epoch", batch=True),
        "there is one step an epoch, along the gradient of its last example or the mean of all": after(
            "step", batch=True
        ),
        "gradients are clipped to the length 1": after("step", longest=1.0),
        "the momentum is 0.9 whatever is asked": after("step", momentum=0.9),
        "a step is missing, or an example is": after_steps(count - 1),
        "an example of each epoch is left out": after_steps(count - num_epochs),
        "an epoch is missing": after_steps(count - num_examples),
        "an example of the validation is learned from in each epoch": after_steps(
            count + num_epochs
        ),
        "the step goes up the gradient, not down": 1 + (start - 1) * (1 + 2 * rate) ** count,
        "there are two steps for each example": after_steps(2 * count),
        "the step is twice as long: backward() adds the gradient twice, say": 1
        + (start - 1) * (1 - 4 * rate) ** count,
        "the loss, and so the step, is divided by the number of examples": 1
        + (start - 1) * (1 - 2 * rate / num_examples) ** count,
        "the learning rate is 0.001, whatever is asked": 1 + (start - 1) * (1 - 2e-3) ** count,
        "the learning rate is 0.01, whatever is asked": 1 + (start - 1) * (1 - 2e-2) ** count,
        "the optimizer is Adam, not gradient descent with momentum": _after_adam(
            start, rate, count
        ),
        "the optimizer is AdamW, not gradient descent with momentum": _after_adam(
            start, rate, count, decay=0.01
        ),
    }


def _after_adam(start: float, rate: float, count: int, decay: float = 0.0) -> float:
    """Of such a weight after so many steps of Adam (Kingma and Ba, 2015, algorithm 1), with weights that decay if asked."""
    weight, mean, square = start, 0.0, 0.0
    for n in range(1, count + 1):
        slope = 2 * (weight - 1)
        weight *= 1 - rate * decay
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weight -= rate * mean / (1 - 0.9**n) / (math.sqrt(square / (1 - 0.999**n)) + 1e-8)
    return weight


def of_rates(
    rate: float, factor: float, every: int, num_examples: int, num_epochs: int
) -> dict[str, list[float]]:
    """Of the learning rates of the epochs, one after the other."""
    cuts: dict[str, Callable[[int], int]] = {
        "the rate is never cut: the schedule is not told that an epoch is over, or has another decay_every": (
            lambda epoch: 0
        ),
        "the rate is cut a single time": lambda epoch: int(epoch >= every),
        "the rate is cut after each epoch": lambda epoch: epoch,
        "the schedule is told of each example as if it were an epoch": lambda epoch: (
            epoch * num_examples // every
        ),
        "the schedule is told before the epoch, not after it: the cut is early": lambda epoch: (
            (epoch + 1) // every
        ),
        "the cut comes an epoch late": lambda epoch: max(0, epoch - 1) // every,
        "the schedule is told of each example and of each epoch": lambda epoch: (
            epoch * (num_examples + 1) // every
        ),
    }
    right = [n // every for n in range(num_epochs)]
    return {
        slip: [rate * factor ** count(n) for n in range(num_epochs)] for slip, count in cuts.items()
    } | {
        "the factor is 0.1, whatever is asked": [rate * 0.1**n for n in right],
        "each cut takes the factor off, and does not leave it": [
            rate * (1 - factor) ** n for n in right
        ],
        "the rate is divided by the factor": [rate / factor**n for n in right],
        "the rate goes down by half a cosine": [
            rate * (1 + math.cos(math.pi * n / num_epochs)) / 2 for n in range(num_epochs)
        ],
    }


def of_records(rate: float, factor: float, every: int, num_epochs: int) -> dict[str, list[float]]:
    """Of recorded rates that are not those of the steps, which were right."""
    return {
        "the first rate is recorded in each epoch": [rate] * num_epochs,
        "the rate is recorded after the schedule is told that the epoch is over: it is that of the next": [
            rate * factor ** ((n + 1) // every) for n in range(num_epochs)
        ],
    }


def of_first_step(weight: float, rate: float) -> dict[str, float]:
    """Of the weight after one step from 1, of a model that brings a gradient of 50 along, with the loss 0.5 (log 0.5 - 2 w)."""
    p = 1 / (1 + math.exp(-2))
    return {
        "the gradients that a model brings along count in its first step": weight - 50 * rate,
        "the loss gets the targets first, then the logits": 1 - 2 * rate * (math.log(2) + 0.5),
        "the only example that there is changes nothing: there is no step, or none along its gradient": 1.0,
        "the step goes up the gradient, not down": 2 - weight,
        "the validation is learned from": weight + 3 * rate,
        "the step is taken twice, or is twice as long": 2 * weight - 1,
        "the loss that is handed in is not used, but the mean squared error": 1 - 6 * rate,
        "a sigmoid comes before the loss, which takes logits": 1 + rate * p * (1 - p),
    }


def of_momentum(start: float, rate: float, momentum: float) -> dict[str, float]:
    """Of a weight whose loss is (w - 1)², after four steps with momentum."""

    def after(momentum: float, ahead: bool = False, dampening: float = 0.0) -> float:
        weight = torch.tensor(start, dtype=torch.float64)
        descent = Descent([weight], momentum=momentum, dampening=dampening, nesterov=ahead)
        for _ in range(4):
            weight.grad = 2 * (weight - 1)
            descent.step(rate)
        return weight.item()

    return {
        "a step forgets those before it: no momentum, or a new optimizer each time": after(0.0),
        "the momentum is 1 - μ": after(1 - momentum),
        "the weight stays as it was": start,
        "the momentum is 0.9 whatever is asked": after(0.9),
        "the gradient is weighted by 1 - μ: dampening": after(momentum, dampening=momentum),
        "the momentum is Nesterov's": after(momentum, ahead=True),
    }


def of_mean_losses(one: float) -> dict[str, tuple[float, dict[str, float]]]:
    """The right means of the epochs' losses, and what else may come.

    Training images of 1, 4 and 9 pixels have losses of 1, 4 and 9 times `one`, those of the validation, of 1 and 4 pixels, 4 and 9.
    """
    added, pixels = 14 * one, (1 + 4 * 4 + 9 * 9) * one / 14
    mixed = {"losses of training and of validation are in one mean": (added + 13) / 5}
    return {
        "train_losses": (
            added / 3,
            mixed
            | {
                "losses are added up, not averaged": added,
                "each pixel counts once, not each example": pixels,
            },
        ),
        "validation_losses": (
            13 / 2,
            mixed
            | {
                "losses are added up, not averaged": 13.0,
                "each pixel counts once, not each example": (4 + 4 * 9) / 5,
                "the last loss is recorded alone": 9.0,
                "the training losses are recorded again": added / 3,
            },
        ),
    }


def of_modes() -> dict[str, dict[str, list[float]]]:
    """Of the losses of a weight of 3 and a dropout that leaves zeros only, of images of 1, with targets of 2 and of 1."""
    return {
        "train_losses": {
            "training goes on in eval mode after the first validation": [4.0, 1.0],
            "training is in eval mode from the start": [1.0, 0.64],
        },
        "validation_losses": {"the validation runs in training mode": [1.0, 1.0]},
    }
