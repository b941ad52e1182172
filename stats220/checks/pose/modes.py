"""Lab 4's checks of what training leaves alone: the mode of its layers, validation, what is frozen, and the data."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks
from stats220.checks.inputs import normal
from stats220.checks.pose import training_slips as slips
from stats220.checks.pose.models import Watch, example, one_weight, recorded, weight_of

QUIET = {"progress": False}


def train_on(train: Any, model: Any, loss: Any, options: dict[str, Any]) -> Any:
    """`train` as a function of the data alone; for the student's side of the line."""

    def call(train_data: Any, validation_data: Any) -> Any:
        return train(model, train_data, validation_data, loss, **options)

    return call


def judge_modes(checks: Checks, train: Any) -> None:
    """Dropout, and a norm that keeps a running mean, tell in which mode they ran."""
    # In training this dropout leaves zeros only, so that the loss is target² and nothing is learned.
    model = checks.make(nn.Sequential, one_weight(checks, 3.0), checks.make(nn.Dropout, p=1.0))
    options = {"num_epochs": 2, "learning_rate": 0.1, **QUIET}
    data = [example(1.0, 2.0)], [example(1.0, 1.0)]
    history = train(model, *data, F.mse_loss, **options)
    known = slips.of_modes()
    for name in ("train_losses", "validation_losses"):
        losses = recorded(checks, history, name)
        checks.close(losses, [4.0] * 2, atol=1e-3, name=name, looks_like=known[name])
    # This norm keeps a running mean of the images that it sees in training mode, and of no others.
    norm = checks.make(nn.InstanceNorm2d, 1, track_running_stats=True)
    model = checks.make(nn.Sequential, one_weight(checks, 1.0), norm)
    examples = [example(1.0, 0.0, side=2)] * 3
    options |= {"num_epochs": 2, "learning_rate": 1e-9}
    train(model, examples, [example(9.0, 0.0, side=2)], F.mse_loss, **options)
    # From 0 on the way to 1, the mean of those; a validation image with its 9 would lift it above 1.
    mean = float(torch.as_tensor(norm.running_mean))
    message = (
        f"validation images were seen in training mode: a running mean is {mean:.3g}, not below 1"
    )
    checks.that(mean < 1, message, slip="the validation runs in training mode")


def judge_validation(checks: Checks, train: Any) -> None:
    """A layer tells whether torch recorded what it did."""
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
    checks.that(
        not watch.recorded.get(2, False),
        "torch recorded a graph of the validation image's logits",
        slip="nothing tells torch that the validation needs no gradients: eval mode, .item() and .detach() do not",
    )


def judge_frozen(checks: Checks, train: Any) -> None:
    """One of two weights is frozen."""
    kept, start = (float(weight) for weight in checks.rng.uniform(2, 4, 2))
    frozen, learning = one_weight(checks, kept), one_weight(checks, start)
    frozen.requires_grad_(False)
    model = checks.make(nn.Sequential, frozen, learning)
    options = {"num_epochs": 3, "learning_rate": 0.01, **QUIET}
    train(model, [example(1.0, 1.0)] * 2, [example(0.0, 0.0)], F.mse_loss, **options)
    thaws = "all parameters are set to require gradients, also those that were frozen"
    message = "a parameter that was frozen requires gradients after training"
    checks.that(not frozen.weight.requires_grad, message, slip=thaws)
    checks.close(weight_of(frozen), kept, atol=1e-6, name="a frozen weight after training")
    message = "the weight that is not frozen has not moved"
    checks.that(abs(weight_of(learning) - start) > 1e-3, message)


def judge_data(checks: Checks, train: Any) -> None:
    """The examples as they are afterwards."""
    shape = 1, 2, 3
    pairs = [[(normal(*shape, rng=checks.rng), normal(*shape, rng=checks.rng))] for _ in range(2)]
    options = {"num_epochs": 1, "learning_rate": 0.1, **QUIET}
    model = one_weight(checks, 1.0)
    call = checks.make(train_on, train, model, F.mse_loss, options)
    checks.unchanged(call, *pairs)
