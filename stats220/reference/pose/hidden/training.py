"""Lab 4's hidden checks of training."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import (
    example,
    one_weight,
    weight_of,
)


@checked
def train(train: Any) -> Checks:
    """A loss whose gradient does not depend on the weight, and a run beside torch's own optimizer."""
    checks = Checks("train", hidden=True)

    with checks(
        1,
        "learns from each training example once an epoch, and from no validation example",
        hint="Every training example leads to one step an epoch. A backward pass through the validation loss is training on the answers.",
    ):
        # The loss of a target of 1 is -w x, so that each step adds learning_rate * x, in whatever order.
        model = one_weight(checks, 1.0)
        examples = [example(pixel, 1.0) for pixel in (1.0, 10.0, 100.0)]
        options = {"num_epochs": 2, "learning_rate": 1e-3, "momentum": 0.0, "progress": False}
        train(model, examples, [example(5000.0, 1.0), example(700.0, 1.0)], F.kl_div, **options)
        checks.close(weight_of(model), 1 + 2 * 0.111, atol=2e-4, name="the weight")

    with checks(
        1,
        "is torch's SGD with momentum and StepLR, and leaves frozen parameters alone",
        hint="Compare with torch.optim.SGD and torch.optim.lr_scheduler.StepLR, example by example. An example's loss is that before its "
        "step, each epoch's mean begins afresh, and validation comes at the epoch's end.",
    ):
        checks.seed(70)
        frozen = checks.make(nn.Conv2d, 2, 3, 3, padding=1)
        frozen.requires_grad_(False)
        head = checks.make(nn.Conv2d, 3, 2, 1)
        model = checks.make(nn.Sequential, frozen, head)
        twin = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 2, 1))
        for ours, theirs in zip(twin, (frozen, head), strict=True):
            ours.load_state_dict({"weight": theirs.weight, "bias": theirs.bias})
        twin[0].requires_grad_(False)

        loss = F.binary_cross_entropy_with_logits
        image, other = normal(2, 5, 6, seed=71), normal(2, 5, 6, seed=72)
        targets = (normal(2, 5, 6, seed=73) > 0).float()
        optimizer = torch.optim.SGD(twin[1].parameters(), lr=0.5, momentum=0.8)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.3)
        train_losses, validation_losses = [], []
        for _ in range(5):
            losses = []
            for _ in range(2):
                optimizer.zero_grad()
                losses.append(loss(twin(image), targets))
                losses[-1].backward()
                optimizer.step()
            schedule.step()
            train_losses.append(float(sum(losses)) / 2)
            validation_losses.append(float(loss(twin(other), targets)))
        history = train(
            model,
            [(image, targets)] * 2,
            [(other, targets)],
            loss,
            num_epochs=5,
            learning_rate=0.5,
            momentum=0.8,
            decay_every=2,
            decay_factor=0.3,
            seed=3,
            progress=False,
        )
        for name, mine, theirs in [
            ("train_losses", train_losses, history.train_losses),
            ("validation_losses", validation_losses, history.validation_losses),
        ]:
            checks.close(list(theirs), mine, atol=2e-3, name=name)
        checks.close(head.weight, twin[1].weight, atol=5e-3, name="weights")
        checks.close(frozen.weight, twin[0].weight, atol=1e-6, name="frozen weights")

    return checks


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """Several steps beside torch's own optimizer, with a rate that changes."""
    checks = Checks("momentum_step", hidden=True)

    with checks(
        1,
        "follows torch's SGD through a change of the rate, and changes nothing in place",
        hint="The rate does not enter the velocity: when it is cut, the next step is shorter at once. v = v * μ + g makes a new tensor, v *= μ does not.",
    ):
        weight = nn.Parameter(normal(2, 3, seed=74))
        optimizer = torch.optim.SGD([weight], lr=0.3)
        optimizer.param_groups[0]["momentum"] = 0.7
        parameter, velocity = weight.detach().clone(), torch.zeros(2, 3)
        for i, rate in enumerate((0.3, 0.3, 0.03, 0.03)):
            gradient = normal(2, 3, seed=75 + i)
            weight.grad = gradient.clone()
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            given = (parameter, gradient, velocity)
            result, afterwards = checks.call(momentum_step, *given, rate, 0.7)
            for before, after in zip(given, afterwards, strict=False):
                checks.equal(after, before, name="a tensor that was handed in")
            parameter, velocity = (torch.as_tensor(x).detach() for x in result)
            checks.close(parameter, weight, atol=1e-3, name="parameter")

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """Beside torch's StepLR."""
    checks = Checks("step_decay", hidden=True)

    with checks(
        1,
        "follows torch's StepLR for another interval and factor",
        hint="Use decay_every and decay_factor, not 100 and 0.1.",
    ):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.2)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 7, 0.5)
        for epoch in range(30):
            rate = schedule.get_last_lr()[0]
            checks.close(
                step_decay(0.2, epoch, 7, 0.5), rate, atol=0, rtol=1e-4, name=f"epoch {epoch}"
            )
            optimizer.step()
            schedule.step()

    return checks
