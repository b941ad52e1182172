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
        # With a rate of 0.1 and a momentum of 0.9 the two are the same.
        "the gradient is weighted in the velocity already, by η or by 1 - μ": slowed
        + rate * gradient,
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
        "the step goes along the gradient alone": rate * gradient,
        "the step goes up, not down": -rate * new,
        "η is missing in the step": new,
        "η is in the step twice": rate**2 * new,
        "the step looks ahead, as Nesterov's does": rate * (gradient + momentum * new),
    }
    return {slip: parameter - step for slip, step in steps.items()}


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
        "epoch 0 begins with a cut already": start / 10 ** (cuts + 1),
        "what is left over by hundreds of epochs counts, not the hundreds": start
        * 0.1 ** (epoch % 100),
        "each cut takes a tenth off, and does not leave a tenth": start * 0.9**cuts,
    }


def of_steps(start: float, rate: float, num_examples: int, num_epochs: int) -> dict[str, float]:
    """Of a weight whose loss is (w - 1)² in each example."""

    def after(clears: str, *, batch: bool = False, momentum: float = 0.0) -> float:
        weight = torch.tensor(start, dtype=torch.float64)
        descent, slope = Descent([weight], momentum=momentum), 0.0
        for i in range(num_epochs * num_examples):
            if clears == "step" or (clears == "epoch" and i % num_examples == 0):
                slope = 0.0
            slope += 2 * (weight.item() - 1)
            if not batch or (i + 1) % num_examples == 0:
                weight.grad = torch.tensor(slope, dtype=torch.float64)
                descent.step(rate)
        return weight.item()

    def after_steps(count: int) -> float:
        return 1 + (start - 1) * (1 - 2 * rate) ** count

    count = num_examples * num_epochs

    return {
        "the gradient is gone, or none was made, when the step is taken: the weight stays": start,
        "gradients pile up from example to example, and are never cleared": after("never"),
        "gradients pile up within an epoch": after("epoch"),
        "there is one step an epoch, not one for each example": after("step", batch=True),
        "the momentum is 0.9 whatever is asked": after("step", momentum=0.9),
        "a step is missing, or an example is": after_steps(count - 1),
        "an example of each epoch is left out": after_steps(count - num_epochs),
        "an epoch is missing": after_steps(count - num_examples),
        "an example of the validation is learned from in each epoch": after_steps(
            count + num_epochs
        ),
        "the step goes up the gradient, not down": 1 + (start - 1) * (1 + 2 * rate) ** count,
    }


def of_rates(
    rate: float, factor: float, every: int, num_examples: int, num_epochs: int
) -> dict[str, list[float]]:
    """Of the learning rates of the epochs, one after the other."""
    cuts: dict[str, Callable[[int], int]] = {
        "the rate is never cut: nobody tells the schedule that an epoch is over": lambda epoch: 0,
        "the rate is cut a single time": lambda epoch: int(epoch >= every),
        "the rate is cut after each epoch": lambda epoch: epoch,
        "the schedule is told of each example as if it were an epoch": lambda epoch: (
            epoch * num_examples // every
        ),
        "the schedule is told before the epoch, not after it: the cut is early": lambda epoch: (
            (epoch + 1) // every
        ),
        "the cut comes an epoch late": lambda epoch: max(0, epoch - 1) // every,
    }
    return {
        slip: [rate * factor ** count(n) for n in range(num_epochs)] for slip, count in cuts.items()
    }


def of_first_step(weight: float, rate: float) -> dict[str, float]:
    """Of the weight after one step from 1, of a model that brings a gradient of 50 along, with the loss 0.5 (log 0.5 - 2 w)."""
    return {
        "the gradients that a model brings along count in its first step": weight - 50 * rate,
        "the loss gets the targets first, then the logits": 1 - 2 * rate * (math.log(2) + 0.5),
        "the gradient is gone, or none was made, when the step is taken": 1.0,
        "the step goes up the gradient, not down": 2 - weight,
        "the validation is learned from": weight + rate,
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
        "the weights of the first epoch are put back, as if it were the best": (
            start - 2 * rate * (start - 1)
        ),
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
