"""Lab 4's hidden checks of the optimizer's parts, written by hand."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.descent import Descent


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """Several steps beside torch's own optimizer, with a rate that changes."""
    checks = Checks("momentum_step", hidden=True)

    with checks(
        1,
        "follows torch's SGD through a change of the rate",
        hint="When the rate is cut, is the next step shorter at once? Where is the rate in your two lines?",
    ):
        weight = nn.Parameter(normal(2, 3, rng=checks.rng))
        descent = Descent([weight], momentum=0.7)
        parameter, velocity = weight.detach().clone(), torch.zeros(2, 3)
        for rate in (0.3, 0.3, 0.03, 0.03):
            gradient = normal(2, 3, rng=checks.rng)
            weight.grad = gradient.clone()
            descent.step(rate)
            result = momentum_step(parameter, gradient, velocity, rate, 0.7)
            parameter, velocity = checks.items(result, 2, name="parameter and velocity")
            checks.close(parameter, weight, atol=1e-3, name="parameter")

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """Long runs, and a factor above one."""
    checks = Checks("step_decay", hidden=True)

    with checks(
        1,
        "follows the rule through a long run with another interval and factor",
        hint="How often has the rate been cut by then? Count it by hand for one epoch.",
    ):
        every, factor = int(checks.rng.integers(20, 40)), float(checks.rng.uniform(0.2, 0.9))
        rate = 0.2
        for epoch in range(150):
            if epoch and epoch % every == 0:
                rate *= factor
            found = step_decay(0.2, epoch, every, factor)
            checks.close(found, rate, atol=0, rtol=1e-4, name=f"rate of epoch {epoch}")

    return checks
