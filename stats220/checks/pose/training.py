"""Lab 4's checks of training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import training_slips as slips
from stats220.checks.pose.models import Watch, example, one_weight, recorded, weight_of

QUIET = {"progress": False}


def train_on(train: Any, model: Any, loss: Any, options: dict[str, Any]) -> Any:
    """`train` as a function of the data alone; for the student's side of the line."""

    def call(train_data: Any, validation_data: Any) -> Any:
        return train(model, train_data, validation_data, loss, **options)

    return call


@checked
def train(train: Any) -> Checks:
    """Networks of one weight, whose course of training can be worked out with pencil and paper."""
    checks = Checks("train", hidden_points=3)
    validation = [example(0.0, 0.0)]

    with checks(
        2,
        "takes a step with each example, along its gradient alone",
        hint="What does the optimizer step along after the second example: its gradient, or what has piled up? And how many steps are "
        "there in an epoch of three examples?",
        remedy="For each example: zero the gradients, then backward() from its loss, then a step of the optimizer. No weight "
        "decay.",
    ):
        start = float(checks.rng.uniform(2, 4))
        model, watch = one_weight(checks, start), checks.make(Watch)
        watched = checks.make(nn.Sequential, model, watch)
        options = {"num_epochs": 2, "learning_rate": 0.25, "momentum": 0.0, **QUIET}
        train(watched, [example(1.0, 1.0)] * 3, [example(1.0, 1.0)], F.mse_loss, **options)
        message = "the model was given a batch, but it takes one image (channels, height, width)"
        checks.that(not watch.saw_batch, message)
        # The gradient of (w - 1)² is 2 (w - 1): each of the 6 steps halves the distance of w to 1.
        known = slips.of_steps(start, 0.25, 3, 2)
        expected = 1 + (start - 1) / 2**6
        checks.close(weight_of(model), expected, atol=1e-3, name="the weight", looks_like=known)
        model = one_weight(checks, start)
        options["learning_rate"] = 1e3
        train(model, [example(0.0, 0.0)], validation, F.mse_loss, **options)
        name = (
            "the weight after a black image, whose gradient is 0 (does anything else pull on it?),"
        )
        checks.close(weight_of(model), start, atol=1e-3, name=name)

    with checks(
        1,
        "calls the loss with the logits first, and the model as it is, whatever gradients it brings along",
        hint="What a symmetric loss, a fresh model and one kind of example hide: loss(logits, targets) has an order, backward() adds to what is "
        "there already, and training losses are none of validation.",
        remedy="Logits first, then targets; and zero the gradients before backward(), not only after the step.",
    ):
        model = one_weight(checks, 1.0)
        checks.make(checks.make(model, torch.full((1, 1, 1), 50.0)).sum).backward()
        rate = float(checks.rng.uniform(0.1, 0.3))
        options = {"num_epochs": 1, "learning_rate": rate, "momentum": 0.0, **QUIET}
        # kl_div(a, y) = y (log y - a): the gradient by a is -y.
        history = train(model, [example(2.0, 0.5)], [example(1.0, 1.0)], F.kl_div, **options)
        weight = 1.0 + rate * 0.5 * 2.0
        checks.close(
            weight_of(model),
            weight,
            atol=1e-4,
            name="the weight after one step",
            looks_like=slips.of_first_step(weight, rate),
        )
        loss = 0.5 * (math.log(0.5) - 2.0)
        checks.close(
            recorded(checks, history, "train_losses"),
            [loss],
            atol=1e-4,
            name="train_losses",
            looks_like={
                "a training loss is measured after its step, not before": [
                    0.5 * (math.log(0.5) - 2.0 * weight)
                ],
                "the validation loss is recorded in its place": [-weight],
            },
        )
        checks.close(
            recorded(checks, history, "validation_losses"),
            [-weight],
            atol=1e-4,
            name="validation_losses",
            looks_like={
                "the losses of training are among those of validation": [(loss - weight) / 2],
                "the validation is done before the training": [-1.0],
                "the training loss is recorded again": [loss],
            },
        )

    with checks(
        1,
        "hands on the momentum, 0.9 if nothing else is said",
        hint="Which of the optimizer's options makes it remember the last steps? And how often is the optimizer made?",
        remedy="torch.optim.SGD(..., momentum=momentum), once: a new one in each epoch has lost its velocity.",
    ):
        for options, momentum in [({}, 0.9), ({"momentum": 0.5}, 0.5)]:
            start = float(checks.rng.uniform(2, 4))
            model = one_weight(checks, start)
            options = {"num_epochs": 4, "learning_rate": 0.05, **QUIET, **options}
            train(model, [example(1.0, 1.0)], validation, F.mse_loss, **options)
            # Distance to 1 and velocity of one step are a linear function of those of the step before.
            step = np.array([[1 - 2 * 0.05, -0.05 * momentum], [2.0, momentum]])
            distance, _ = np.linalg.matrix_power(step, 4) @ [start - 1, 0.0]
            known = slips.of_momentum(start, 0.05, momentum)
            checks.close(
                weight_of(model), 1 + distance, atol=1e-3, name="the weight", looks_like=known
            )

    with checks(
        2,
        "cuts the learning rate once every decay_every epochs",
        hint="Which loop are you in when you tell the schedule that an epoch is over? With which rates are the first, the third and the "
        "fifth epoch learned, if decay_every is 2: is one cut the last?",
        remedy="One step of the schedule in the loop over epochs, after the examples: in the inner loop 100 epochs would last 100 images.",
    ):
        options = {"decay_every": 2, "momentum": 0.0, **QUIET}
        examples = [example(1.0, 1.0)] * 3
        history = train(
            *(one_weight(checks, 3.0), examples, validation, F.mse_loss),
            **{"num_epochs": 5, "learning_rate": 0.1, "decay_factor": 0.5, **options},
        )
        rates = [0.1, 0.1, 0.05, 0.05, 0.025]
        checks.close(
            recorded(checks, history, "learning_rates"),
            rates,
            atol=1e-6,
            name="learning_rates",
            looks_like=slips.of_rates(0.1, 0.5, 2, 3, 5),
        )
        weights = []
        for num_epochs in (1, 2, 5):  # from the third epoch on, the rate is 0
            model = one_weight(checks, 3.0)
            options |= {"num_epochs": num_epochs, "learning_rate": 0.01, "decay_factor": 0.0}
            train(model, examples, validation, F.mse_loss, **options)
            weights.append(weight_of(model))
        checks.that(
            abs(weights[0] - weights[1]) > 1e-4,
            "the second epoch did not learn: with decay_every=2, only the third has another rate",
        )
        checks.close(weights[2], weights[1], atol=1e-6, name="the weight after the rate is cut")

    with checks(
        1,
        "records mean losses, one for each epoch",
        hint="Of what is the mean taken, and what does each example count? When is a training loss measured, before its step or after?",
        remedy="Each example counts once, whatever its size: the mean of the list of its epoch's losses, not the sum.",
    ):
        pixel = float(checks.rng.uniform(1.5, 2.5))
        examples = [example(side * pixel, 0.0, side) for side in (1, 2, 3)]
        validation_examples = [example(1.0, 0.0), example(0.0, 3.0, side=2)]
        options = {"num_epochs": 2, "learning_rate": 1e-9, **QUIET}
        model = one_weight(checks, 2.0)  # losses (2 pixel)² times 1, 4, 9; and 4, 9
        history = train(model, examples, validation_examples, F.mse_loss, **options)
        for name, (mean, known) in slips.of_mean_losses(4 * pixel**2).items():
            checks.close(
                recorded(checks, history, name),
                [mean] * 2,
                atol=1e-2,
                name=name,
                looks_like={slip: [other] * 2 for slip, other in known.items()},
            )

    with checks(
        1,
        "goes through all examples in each epoch, in an order that the seed decides and each epoch draws anew",
        hint="Train for one epoch, with several seeds: how many different results do you get? Is each example in it once?",
        remedy="Keep the given loop: torch.randperm(len(train_data), generator=generator) of the one generator made with the seed.",
    ):
        pixels = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
        examples = [example(x, 1.0) for x in checks.rng.permutation(pixels).tolist()]
        options = {"num_epochs": 2, "learning_rate": 1e-9, "momentum": 0.0, **QUIET}
        orders: list[list[float]] = []
        seeds = checks.rng.choice(10_000, 3, replace=False).tolist()
        for seed in [*seeds, seeds[0]]:
            watch = checks.make(Watch)
            model = checks.make(nn.Sequential, one_weight(checks, 1.0), watch)
            train(model, examples, [example(9.0, 1.0, side=2)], F.mse_loss, seed=seed, **options)
            seen = [round(pixel, 3) for height, pixel in watch.first_pixels if height == 1]
            for epoch in (seen[:6], seen[6:]):
                message = f"of the images {pixels}, one epoch saw {sorted(epoch)}"
                checks.that(sorted(epoch) == pixels, message)
            orders.append(seen)
        checks.equal(orders[-1], orders[0], name="the order of the images, with the same seed,")
        distinct = {tuple(order[:6]) for order in orders}
        checks.that(len(distinct) > 1, "three seeds gave one and the same order of the examples")
        message = "the second epoch goes through the examples in the order of the first"
        checks.that(any(order[:6] != order[6:] for order in orders), message)

    with checks(
        1,
        "does all of its epochs, however the losses go, and keeps what it learned last",
        hint="How many epochs were asked for, and how many are in the record? Nothing was said of stopping early or of going back.",
        remedy="One entry in each list for each of num_epochs epochs; the weights are those after the last step.",
    ):
        model = one_weight(checks, 3.0)
        options = {"num_epochs": 12, "learning_rate": 0.2, "momentum": 0.0, **QUIET}
        # The training loss soon hardly changes, and the validation loss rises from the first step on.
        both = [example(1.0, 1.0)], [example(1.0, 3.0)]
        history = train(model, *both, F.mse_loss, **options)
        checks.equal(
            len(recorded(checks, history, "train_losses")), 12, name="number of train_losses"
        )
        checks.equal(
            len(recorded(checks, history, "validation_losses")),
            12,
            name="number of validation_losses",
        )
        black, options["num_epochs"] = [example(0.0, 1.0)], 4  # its loss never changes
        still = train(one_weight(checks, 3.0), black, both[1], F.mse_loss, **options)
        name = "number of train_losses where they are all the same"
        checks.equal(len(recorded(checks, still, "train_losses")), 4, name=name)
        weight = weight_of(model)
        checks.that(abs(weight - 3) > 0.5, "the weight has hardly moved in 12 epochs")
        name = f"last validation loss, of a model whose weight is {weight:.4g},"
        loss = (weight - 3) ** 2
        checks.close(
            recorded(checks, history, "validation_losses")[-1],
            loss,
            atol=1e-3,
            rtol=1e-3,
            name=name,
        )

    with checks(
        1,
        "learns in training mode and validates in eval mode",
        hint="Dropout and BatchNorm behave otherwise in training. In which mode is the model when it sees a validation image, and in which "
        "when the next epoch begins?",
        remedy="model.eval() before the validation, and model.train() before the next epoch's examples.",
    ):
        # In training this dropout leaves zeros only, so that the loss is target² and nothing is learned.
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), checks.make(nn.Dropout, p=1.0))
        options = {"num_epochs": 2, "learning_rate": 0.1, **QUIET}
        data = [example(1.0, 2.0)], [example(1.0, 1.0)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(
            recorded(checks, history, "train_losses"), [4.0] * 2, atol=1e-3, name="train_losses"
        )
        checks.close(
            recorded(checks, history, "validation_losses"),
            [4.0] * 2,
            atol=1e-3,
            name="validation_losses",
        )
        # This norm keeps a running mean of the images that it sees in training mode, and of no others.
        norm = checks.make(nn.InstanceNorm2d, 1, track_running_stats=True)
        model = checks.make(nn.Sequential, one_weight(checks, 1.0), norm)
        examples = [example(1.0, 0.0, side=2)] * 3
        options |= {"num_epochs": 2, "learning_rate": 1e-9}
        train(model, examples, [example(9.0, 0.0, side=2)], F.mse_loss, **options)
        # From 0 on the way to 1, the mean of those; a validation image with its 9 would lift it above 1.
        mean = float(torch.as_tensor(norm.running_mean))
        message = f"validation images were seen in training mode: a running mean is {mean:.3g}, not below 1"
        checks.that(mean < 1, message)

    with checks(
        1,
        "validates without gradients",
        hint="Nothing is learned from validation images. Does torch know, or does it record every operation for a backward pass that never "
        "comes?",
        remedy="Put the validation under `with torch.no_grad():`. eval() does not do it, and the loss's .item() or .detach() comes too late.",
    ):
        watch = checks.make(Watch)
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), watch)
        options = {"num_epochs": 1, "learning_rate": 1e-9, **QUIET}
        data = [example(1.0, 1.0)], [example(1.0, 1.0, side=2)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(
            recorded(checks, history, "validation_losses"),
            [4.0],
            atol=1e-3,
            name="validation_losses",
        )
        message = "torch recorded a graph of the validation image's logits"
        checks.that(not watch.recorded.get(2, False), message)

    with checks(
        1,
        "leaves parameters that do not require gradients as they are",
        hint="Part 5 trains a head on frozen features: who decides which parameters learn, the model that you are given or your function?",
        remedy="Hand the optimizer [p for p in model.parameters() if p.requires_grad], and call requires_grad_ of nothing.",
    ):
        kept, start = (float(weight) for weight in checks.rng.uniform(2, 4, 2))
        frozen, learning = one_weight(checks, kept), one_weight(checks, start)
        frozen.requires_grad_(False)
        model = checks.make(nn.Sequential, frozen, learning)
        options = {"num_epochs": 3, "learning_rate": 0.01, **QUIET}
        train(model, [example(1.0, 1.0)] * 2, validation, F.mse_loss, **options)
        checks.close(weight_of(frozen), kept, atol=1e-6, name="a frozen weight after training")
        message = "a parameter that was frozen requires gradients after training"
        checks.that(not frozen.weight.requires_grad, message)
        message = "the weight that is not frozen has not moved"
        checks.that(abs(weight_of(learning) - start) > 1e-3, message)

    with checks(
        1,
        "leaves the images and the targets unchanged",
        needs="takes a step with each example, along its gradient alone",
        hint="The same frames come again in each epoch: does a line of yours write into them?",
        remedy="-=, [...] = and torch's functions that end in _ write into the tensor that they are given.",
    ):
        shape = 1, 2, 3
        pairs = [
            [(normal(*shape, rng=checks.rng), normal(*shape, rng=checks.rng))] for _ in range(2)
        ]
        options = {"num_epochs": 1, "learning_rate": 0.1, **QUIET}
        model = one_weight(checks, 1.0)
        call = checks.make(train_on, train, model, F.mse_loss, options)
        checks.unchanged(call, *pairs)

    return checks
