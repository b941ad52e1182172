"""Lab 4's checks of the optimizer's parts, written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import training_slips as slips
from stats220.checks.pose.models import passed


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """One step, worked out in double precision."""
    checks = Checks("momentum_step", hidden_points=1)

    with checks(
        2,
        "adds the gradient to the slowed velocity, and steps against it",
        hint="Take θ = 1, g = 3 and v = 2, and compute both new numbers by hand. Which v is in the second line, and where does η occur?",
        remedy="v = μ v + g, then θ = θ - η v with the new v: the gradient is not weighted by 1 - μ, and η is not in v.",
    ):
        parameter, gradient, velocity = (normal(2, 3, rng=checks.rng) for _ in range(3))
        for options, momentum in [({}, 0.9), ({"momentum": 0.5}, 0.5)]:
            result = momentum_step(
                parameter=parameter,
                gradient=gradient,
                velocity=velocity,
                learning_rate=0.25,
                **options,
            )
            found = checks.items(result, 2, name="parameter and velocity")
            expected = momentum * velocity.double() + gradient.double()
            step = gradient, velocity, 0.25, momentum
            known = slips.of_velocity(*step) | {
                "the velocity comes first, and the parameter second": parameter - 0.25 * expected,
            }
            checks.close(found[1], expected, atol=1e-4, name="velocity", looks_like=known)
            known = slips.of_parameter(parameter, *step)
            expected = parameter - 0.25 * expected
            checks.close(found[0], expected, atol=1e-4, name="parameter", looks_like=known)

    with checks(
        1,
        "returns two new tensors, and leaves those that it is given unchanged",
        needs="adds the gradient to the slowed velocity, and steps against it",
        hint='"New tensors", says the docstring: does a line of yours write into one that it was given, or make an array of it?',
        remedy="v = μ * v + g makes a new tensor; v *= μ and functions that end in _ write into the old one.",
    ):
        inputs = [normal(2, 3, rng=checks.rng) for _ in range(3)]
        result = checks.items(momentum_step(*inputs, 0.1, 0.5), 2, name="parameter and velocity")
        for name, tensor in zip(("parameter", "velocity"), result, strict=True):
            checks.tensor(tensor, (2, 3), name=name)
        checks.unchanged(momentum_step, *inputs, 0.1, 0.5)

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """The rates around the cuts, beside torch's StepLR."""
    checks = Checks("step_decay", hidden_points=1)

    with checks(
        2,
        "keeps the rate for 100 epochs and cuts it to a tenth at epochs 100 and 200",
        hint="Epochs are counted from 0: which number has the last epoch with the first rate? How often has the rate been cut by epoch 199?",
        remedy="Whole hundreds of epochs count: the power of decay_factor is epoch // decay_every.",
    ):
        start = float(checks.rng.uniform(0.1, 1))
        # First those in which most mistakes differ from one another.
        cuts_by_epoch = {0: 0, 340: 3, 160: 1, 99: 0, 100: 1, 199: 1, 200: 2, 250: 2}
        for epoch, cuts in cuts_by_epoch.items():
            rate = checks.number(step_decay(learning_rate=start, epoch=epoch), name="the rate")
            expected = start / 10**cuts
            known, name = slips.of_cuts(start, epoch), f"rate of epoch {epoch}"
            checks.close(rate, expected, atol=0, rtol=1e-4, name=name, looks_like=known)

    with checks(
        1,
        "cuts by decay_factor every decay_every epochs, as torch's StepLR does",
        hint="Ask for a cut by a half every 7 epochs: are there other numbers left in your line?",
        remedy="decay_every and decay_factor in the places of 100 and 0.1.",
    ):
        every, factor = int(checks.rng.integers(3, 9)), float(checks.rng.uniform(0.3, 0.8))
        is_known = passed(checks, "keeps the rate for 100 epochs and cuts it to a tenth")
        for epoch, cuts in enumerate(np.repeat(range(20), every)[:20]):
            found = step_decay(0.2, epoch, decay_every=every, decay_factor=factor)
            rate = checks.number(found, name="the rate")
            expected = 0.2 * factor**cuts
            known = {
                "decay_every is 100, whatever is asked": 0.2 * factor ** (epoch // 100),
                "the factor is 0.1, whatever is asked": 0.2 * 0.1**cuts,
            }
            name = f"rate of epoch {epoch}"
            checks.close(
                rate, expected, atol=0, rtol=1e-4, name=name, looks_like=known if is_known else None
            )

    return checks
