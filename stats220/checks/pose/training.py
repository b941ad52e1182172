"""Lab 4's checks of training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.pose import modes
from stats220.checks.pose import training_slips as slips
from stats220.checks.pose.models import Watch, example, one_weight, recorded, weight_of
from stats220.checks.pose.modes import QUIET


@checked
def train(train: Any) -> Checks:
    """Networks of one weight, whose course of training can be worked out with pencil and paper."""
    checks = Checks("train", hidden_points=3)
    validation = [example(0.0, 0.0)]

    with checks(
        2,
        "takes a step with each example, along its gradient alone",
        hint="Follow one weight through two examples by hand, with the loss (w - 1)²: what is its gradient, and where is it after each step?",
        remedy="For each example: zero the gradients, then backward() from its loss, then a step of the optimizer. No weight "
        "decay.",
    ):
        start = float(checks.rng.uniform(2, 4))
        model = one_weight(checks, start)
        options = {"num_epochs": 2, "learning_rate": 1e3, "momentum": 0.0, **QUIET}
        train(model, [example(0.0, 0.0)], validation, F.mse_loss, **options)
        checks.that(
            abs(weight_of(model) - start) <= 1e-3,
            f"a weight of {start:.6g} is {weight_of(model):.6g} after a black image, whose gradient is 0",
            slip="something besides its gradient pulls on a weight, as weight decay does",
        )
        model, watch = one_weight(checks, start), checks.make(Watch)
        watched = checks.make(nn.Sequential, model, watch)
        options["learning_rate"] = 0.2
        train(watched, [example(1.0, 1.0)] * 3, [example(1.0, 1.0)], F.mse_loss, **options)
        message = "the model was given a batch, but it takes one image (channels, height, width)"
        checks.that(not watch.saw_batch, message, slip="images come as batches")
        # The gradient of (w - 1)² is 2 (w - 1): each of the 6 steps leaves 0.6 of the distance of w to 1.
        known = slips.of_steps(start, 0.2, 3, 2)
        expected = 1 + (start - 1) * 0.6**6
        checks.close(weight_of(model), expected, atol=1e-3, name="the weight", looks_like=known)

    with checks(
        1,
        "calls the loss with the logits first, and the model as it is, whatever gradients it brings along",
        hint="This loss tells its two arguments apart, and the model has a gradient from before. Follow its first step, and the two losses "
        "that are recorded, through your lines by hand.",
        remedy="Logits first, then targets; and zero the gradients before backward(), not only after the step.",
    ):
        model = one_weight(checks, 1.0)
        checks.make(checks.make(model, torch.full((1, 1, 1), 50.0)).sum).backward()
        rate = float(checks.rng.uniform(0.1, 0.3))
        options = {"num_epochs": 1, "learning_rate": rate, "momentum": 0.0, **QUIET}
        # kl_div(a, y) = y (log y - a): the gradient by a is -y.
        history = train(model, [example(2.0, 0.5)], [example(3.0, 1.0)], F.kl_div, **options)
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
                "the validation loss is recorded in its place": [-3 * weight],
            },
        )
        checks.close(
            recorded(checks, history, "validation_losses"),
            [-3 * weight],
            atol=1e-4,
            name="validation_losses",
            looks_like={
                "the losses of training are among those of validation": [(loss - 3 * weight) / 2],
                "the validation is done before the training": [-3.0],
                "the training loss is recorded again": [loss],
                "training images are validated on": [0.5 * (math.log(0.5) - 2 * weight)],
                "the loss gets the targets first, then the logits, in the validation": [
                    3 * weight * (math.log(3 * weight) - 1)
                ],
            },
        )

    with checks(
        1,
        "hands on the momentum, 0.9 if nothing else is said",
        hint="Each step should remember those before it, less and less. What does yours remember, and from where does it know how much?",
        remedy="torch.optim.SGD(..., momentum=momentum), once: a new one in each epoch has lost its velocity.",
    ):
        for options, momentum in [({}, 0.9), ({"momentum": 0.5}, 0.5)]:
            start = float(checks.rng.uniform(2, 4))
            model = one_weight(checks, start)
            options = {"num_epochs": 4, "learning_rate": 0.05, **QUIET, **options}
            train(model, *[[example(1.0, 1.0)]] * 2, F.mse_loss, **options)
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
        hint="With decay_every=2, which rates have the first, the second, the third and the fifth epoch? Print those of your optimizer.",
        remedy="One step of the schedule in the loop over epochs, after the examples: in the inner loop 100 epochs would last 100 images.",
    ):
        options = {"decay_every": 2, "momentum": 0.0, **QUIET}
        # Training and validation losses fall: whoever stops early is told so elsewhere.
        examples, falls = [example(1.0, 1.0)] * 3, [example(1.0, 1.0)]
        history = train(
            *(one_weight(checks, 3.0), examples, falls, F.mse_loss),
            **{"num_epochs": 5, "learning_rate": 0.1, "decay_factor": 0.4, **options},
        )
        weights = []
        for num_epochs in (1, 2, 5):  # from the third epoch on, the rate is 0
            model = one_weight(checks, 3.0)
            options |= {"num_epochs": num_epochs, "learning_rate": 0.01, "decay_factor": 0.0}
            train(model, examples, falls, F.mse_loss, **options)
            weights.append(weight_of(model))
        learned = abs(weights[0] - weights[1]) > 1e-4
        is_right = learned and abs(weights[2] - weights[1]) <= 1e-6
        rates = slips.of_rates(0.1, 0.4, 2, 3, 5)
        if is_right:
            rates = slips.of_records(0.1, 0.4, 2, 5) | rates
        checks.close(
            recorded(checks, history, "learning_rates"),
            [0.1, 0.1, 0.04, 0.04, 0.016],
            atol=1e-6,
            name="learning_rates",
            looks_like=rates,
        )
        checks.that(
            learned,
            "the second epoch did not learn: with decay_every=2, only the third has another rate",
            slip="the steps of an epoch have the rate of the next one: the schedule is told before them",
        )
        checks.close(
            weights[2],
            weights[1],
            atol=1e-6,
            name="the weight after the rate is cut to 0",
            looks_like={"rates are recorded that the steps do not have": 1 + 2 * 0.98**15},
        )

    with checks(
        1,
        "records mean losses, one for each epoch",
        hint="Print the losses of one epoch, and the mean that is recorded: of which numbers is it the mean?",
        remedy="Each example counts once, whatever its size: the mean of the list of its epoch's losses, not the sum.",
    ):
        pixel = float(checks.rng.uniform(1.5, 2.5))
        examples = [example(side * pixel, 0.0, side) for side in (1, 2, 3)]
        validation_examples = [example(1.0, 0.0), example(0.0, 3.0, side=2)]
        options = {"num_epochs": 2, "learning_rate": 1e-9, **QUIET}
        model = one_weight(checks, 2.0)  # losses (2 pixel)² times 1, 4, 9; and 4, 9
        history = train(model, examples, validation_examples, F.mse_loss, **options)
        one = recorded(checks, history, "train_losses")[0] / (4 * pixel**2)
        checks.that(
            min(abs(one - size) for size in (1, 4, 9)) > 1e-3,
            "train_losses holds the loss of one example, and not the mean of all three",
            slip="a single loss stands for all: the last, the largest, or one in the middle",
        )
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
        hint="Print the order of the examples in two epochs, with two seeds: which of the four should be alike?",
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
                is_drawn = len(seen) == 12 and set(epoch) < set(pixels)
                slip = "one example comes twice in an epoch, and another not at all"
                checks.that(sorted(epoch) == pixels, message, slip=slip if is_drawn else "")
            orders.append(seen)
        message = "the same seed gave another order of the examples"
        checks.that(orders[-1] == orders[0], message, slip="the order does not come from the seed")
        message = "three seeds gave one and the same order of the examples"
        is_drawn = len({tuple(order[:6]) for order in orders}) > 1
        checks.that(is_drawn, message, slip="the order is the same, whatever the seed")
        message = "the second epoch goes through the examples in the order of the first"
        is_new = any(order[:6] != order[6:] for order in orders)
        checks.that(is_new, message, slip="no new order is drawn for each epoch")

    with checks(
        1,
        "does all of its epochs, however the losses go, and keeps what it learned last",
        hint="How many epochs were asked for, and how many are in the record? Nothing was said of stopping early or of going back.",
        remedy="One entry in each list for each of num_epochs epochs; the weights are those after the last step.",
    ):
        model = one_weight(checks, 3.0)
        options = {"num_epochs": 12, "learning_rate": 0.3, "momentum": 0.0, **QUIET}
        # The training loss soon hardly changes, and the validation loss rises from the first step on.
        both = [example(1.0, 1.0)], [example(1.0, 3.0)]
        history = train(model, *both, F.mse_loss, **options)
        for name in ("train_losses", "validation_losses"):
            count = len(recorded(checks, history, name))
            slip = "training stops before all epochs are done" if count < 12 else ""
            message = f"{name} holds {count} numbers after 12 epochs"
            checks.that(count == 12, message, slip=slip)
        # The distance to 1 was 2, and each step leaves 0.4 of it, so that the losses are 4, 0.64, 0.1024, ...
        last, added = recorded(checks, history, "train_losses")[-1], 4 / (1 - 0.4**2)
        for slip, piled in {
            "the losses of earlier epochs are in the mean of an epoch, too": added / 12,
            "losses are added up from epoch to epoch": added,
        }.items():
            message = f"the last of 12 train_losses is {piled:.4g}, expected about 0"
            checks.that(abs(float(last) - piled) > 1e-3, message, slip=slip)
        black, options["num_epochs"] = [example(0.0, 1.0)], 4  # its loss never changes
        still = train(one_weight(checks, 3.0), black, both[1], F.mse_loss, **options)
        name = "number of train_losses where they are all the same"
        checks.equal(len(recorded(checks, still, "train_losses")), 4, name=name)
        weight = weight_of(model)
        checks.that(
            abs(weight - 1.8) > 1e-3,
            "the weight at the end is that after the first of 12 epochs, 1.8",
            slip="the weights with the best validation loss are put back",
        )
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
        modes.judge_modes(checks, train)

    with checks(
        1,
        "validates without gradients",
        hint="Nothing is learned from validation images. Does torch know, or does it record every operation for a backward pass that never "
        "comes?",
        remedy="Put the validation under `with torch.no_grad():`. eval() does not do it, and the loss's .item() or .detach() comes too late.",
    ):
        modes.judge_validation(checks, train)

    with checks(
        1,
        "leaves parameters that do not require gradients as they are",
        hint="Part 5 trains a head on frozen features: who decides which parameters learn, the model that you are given or your function?",
        remedy="Hand the optimizer [p for p in model.parameters() if p.requires_grad], and call requires_grad_ of nothing.",
    ):
        modes.judge_frozen(checks, train)

    with checks(
        1,
        "leaves the images and the targets unchanged",
        needs="takes a step with each example, along its gradient alone",
        hint="The same frames come again in each epoch: does a line of yours write into them?",
        remedy="-=, [...] = and torch's functions that end in _ write into the tensor that they are given.",
    ):
        modes.judge_data(checks, train)
    return checks
