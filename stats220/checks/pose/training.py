"""Lab 4's checks of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.pose.models import (
    Watch,
    example,
    one_weight,
    weight_of,
)


@checked
def train(train: Any) -> Checks:
    """Networks of one weight, whose course of training can be worked out with pencil and paper."""
    checks = Checks("train", hidden_points=2)
    validation = [example(0.0, 0.0)]

    with checks(
        1,
        "takes a step with each example, along its gradient alone",
        hint="backward() adds to the gradients that are there already: optimizer.zero_grad() comes before it. There is one step an "
        "example, not one an epoch, and no weight decay.",
    ):
        model, watch = one_weight(checks, 3.0), checks.make(Watch)
        watched = checks.make(nn.Sequential, model, watch)
        options = {"num_epochs": 2, "learning_rate": 0.25, "momentum": 0.0, "progress": False}
        # The validation loss is 0 at first, and rises: the weight stays what training makes of it.
        train(watched, [example(1.0, 1.0)] * 3, [example(1.0, 3.0)], F.mse_loss, **options)
        message = "the model was given a batch, but it takes one image (channels, height, width)"
        checks.that(not watch.saw_batch, message)
        # The gradient of (w - 1)² is 2 (w - 1): each of the 6 steps halves the distance of w to 1.
        checks.close(weight_of(model), 1 + 2 / 2**6, atol=1e-3, name="the weight")
        model = one_weight(checks, 3.0)
        train(
            model, [example(0.0, 0.0)], validation, F.mse_loss, **options | {"learning_rate": 1e3}
        )
        name = "the weight after a black image, whose gradient is 0,"
        checks.close(weight_of(model), 3.0, atol=1e-3, name=name)

    with checks(
        1,
        "hands on the momentum, 0.9 if nothing else is said",
        hint="momentum=momentum goes into the optimizer. Make the optimizer once: a new one each epoch has lost its velocity.",
    ):
        for options, momentum in [({}, 0.9), ({"momentum": 0.5}, 0.5)]:
            model = one_weight(checks, 3.0)
            options = {"num_epochs": 4, "learning_rate": 0.05, "progress": False, **options}
            train(model, [example(1.0, 1.0)], validation, F.mse_loss, **options)
            # Distance to 1 and velocity of one step are a linear function of those of the step before.
            step = np.array([[1 - 2 * 0.05, -0.05 * momentum], [2.0, momentum]])
            distance, _ = np.linalg.matrix_power(step, 4) @ [2.0, 0.0]
            checks.close(weight_of(model), 1 + distance, atol=1e-3, name="the weight")

    with checks(
        1,
        "cuts the learning rate once every decay_every epochs",
        hint="The schedule takes its step in the loop over epochs. In that over examples, a rate that should last 100 epochs lasts 100 images.",
    ):
        options = {"decay_every": 2, "momentum": 0.0, "progress": False}
        examples = [example(1.0, 1.0)] * 3
        history = train(
            *(one_weight(checks, 3.0), examples, validation, F.mse_loss),
            **{"num_epochs": 5, "learning_rate": 0.1, "decay_factor": 0.5, **options},
        )
        rates = [0.1, 0.1, 0.05, 0.05, 0.025]
        checks.close(list(history.learning_rates), rates, atol=1e-6, name="learning_rates")
        weights = []
        for num_epochs in (1, 2, 5):  # from the third epoch on, the rate is 0
            model = one_weight(checks, 3.0)
            options |= {"num_epochs": num_epochs, "learning_rate": 0.01, "decay_factor": 0.0}
            train(model, examples, validation, F.mse_loss, **options)
            weights.append(weight_of(model))
        checks.that(
            weights[0] != weights[1],
            "the second epoch did not learn: with decay_every=2, only the third has another rate",
        )
        checks.close(weights[2], weights[1], atol=1e-6, name="the weight after the rate is cut")

    with checks(
        1,
        "records mean losses, one an epoch",
        hint="The mean over examples, each of which counts once, whatever its size; not the sum: otherwise 44 training and 11 validation "
        "frames cannot be compared.",
    ):
        examples = [example(float(side), 0.0, side) for side in (1, 2, 3)]
        validation_examples = [example(1.0, 0.0), example(0.0, 3.0, side=2)]
        options = {"num_epochs": 2, "learning_rate": 1e-9, "progress": False}
        model = one_weight(checks, 2.0)  # losses 4, 16, 36 and 4, 9
        history = train(model, examples, validation_examples, F.mse_loss, **options)
        checks.close(list(history.train_losses), [56 / 3] * 2, atol=1e-2, name="train_losses")
        checks.close(
            list(history.validation_losses), [13 / 2] * 2, atol=1e-2, name="validation_losses"
        )

    with checks(
        1,
        "validates in eval mode",
        hint="model.eval() before the validation: dropout and BatchNorm behave otherwise in training. model.train() comes back with the "
        "next epoch.",
    ):
        # In training this dropout leaves zeros only, so that the loss is target² and nothing is learned.
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), checks.make(nn.Dropout, p=1.0))
        options = {"num_epochs": 2, "learning_rate": 0.1, "progress": False}
        data = [example(1.0, 2.0)], [example(1.0, 1.0)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(list(history.train_losses), [4.0, 4.0], atol=1e-3, name="train_losses")
        checks.close(
            list(history.validation_losses), [4.0] * 2, atol=1e-3, name="validation_losses"
        )

    with checks(
        1,
        "validates without gradients",
        hint="Put the validation under `with torch.no_grad():`. Without it torch records every operation for a backward pass that never "
        "comes: time and memory for nothing.",
    ):
        watch = checks.make(Watch)
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), watch)
        options = {"num_epochs": 1, "learning_rate": 1e-9, "progress": False}
        data = [example(1.0, 1.0)], [example(1.0, 1.0, side=2)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(list(history.validation_losses), [4.0], atol=1e-3, name="validation_losses")
        message = "torch recorded a graph of the validation image's logits"
        checks.that(not watch.recorded.get(2, False), message)

    return checks


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """One step with round numbers."""
    checks = Checks("momentum_step", hidden_points=1)

    with checks(
        1,
        "adds the gradient to the slowed velocity, and steps against it",
        hint="v = μ v + g, then θ = θ - η v with the new v. In torch the gradient is weighted neither by (1 - μ) nor, in v, by η.",
    ):
        start = torch.tensor([1.0, -2.0]), torch.tensor([2.0, 0.0]), torch.tensor([3.0, 1.0])
        parameter, velocity = momentum_step(*start, 0.1, 0.5)
        checks.close(velocity, torch.tensor([3.5, 0.5]), atol=1e-4, name="velocity")
        checks.close(parameter, torch.tensor([0.65, -2.05]), atol=1e-4, name="parameter")

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """The rates of a run of 300 epochs, around the cuts."""
    checks = Checks("step_decay", hidden_points=1)

    with checks(
        1,
        "keeps the rate for 100 epochs and cuts it to a tenth at epochs 100 and 200",
        hint="Epochs are counted from 0, so epoch 99 is the last with the first rate: whole hundreds of epochs count, epoch // 100.",
    ):
        for epoch, rate in [(0, 0.5), (99, 0.5), (100, 0.05), (199, 0.05), (200, 0.005)]:
            checks.close(step_decay(0.5, epoch), rate, atol=0, rtol=1e-4, name=f"epoch {epoch}")

    return checks
