"""Whether gradients reach a model's parameters, whatever the student's process says of them.

The gradients come from that process: they are a claim. What they are held against are finite differences of the model's
own output, at parameters that are sent to it. Who forges the one needs the other, which is to differentiate the model.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from stats220.checks import forms
from stats220.line.failures import CheckFailed, StudentError
from stats220.line.line import Session

STEPS = (1e-2, 1e-3, 1e-1)  # relative to the parameter's norm
TOLERANCE = 0.1  # of the gradient; one that is missing in part, or that of something else, is off by about all of it
NUM_DIRECTIONS = 3  # along one, a wrong gradient may look right by chance
MAX_NUMBERS = 5_000_000  # of an output or a parameter


def learns(
    session: Session,
    model: Any,
    inputs: Sequence[Any],
    parameters: Sequence[str],
    function: Any,
    rng: np.random.Generator,
) -> None:
    """Hold the gradient of a random weighting of ``function(*inputs)`` against its finite differences.

    Parameters
    ----------
    session
        The line to the student's code.
    model
        Proxy of the student's module.
    inputs
        What `function` gets.
    parameters
        Names of the parameters that must learn, as in ``model.named_parameters()``.
    function
        What is differentiated; the model itself by default.
    rng
        Draws the weighting and the directions.

    Raises
    ------
    CheckFailed
        A parameter does not learn, or its gradient is not that of the output.
    """
    function = model if function is None else function
    output = _output(session, function, inputs)
    weights = torch.tensor(rng.normal(size=output.shape), dtype=output.dtype)
    session.seed(0)
    gradients = ask_gradients(session, function, inputs, model, weights)
    if type(gradients) is not dict:
        raise CheckFailed("the model's gradients are no dict of tensors")
    for name in parameters:
        gradient = gradients.get(name)
        if gradient is None:
            known = ", ".join(f"`{other}`" for other in list(gradients)[:8]) or "none at all"
            raise CheckFailed(f"no parameter `{name}` learns: the model has {known}")
        start = functools.reduce(getattr, name.split("."), model)
        if type(start) is not torch.Tensor or start.numel() > MAX_NUMBERS:
            raise CheckFailed(f"`{name}` is {forms.describe(start)}, expected a parameter")
        gradient = forms.tensor(gradient, start.shape, None, name=f"the gradient of `{name}`")
        slope = gradient.detach().double()
        if not bool(torch.isfinite(slope).all()):
            raise CheckFailed(f"the gradient of `{name}` is not finite")
        if not slope.any():
            raise CheckFailed(
                f"no gradient reaches `{name}`: the way from it to the output is cut (detach, .data, NumPy or no_grad)"
            )

        def weighed(value: torch.Tensor, name: str = name) -> float:
            """The weighted sum of the output where the parameter has that value."""
            model.load_state_dict({name: value}, strict=False)
            return float((_output(session, function, inputs, output).double() * weights).sum())

        try:
            for _ in range(NUM_DIRECTIONS):
                random = torch.tensor(rng.normal(size=start.shape))
                _hold_against(slope, slope / slope.norm() + random, weighed, start.detach(), name)
        finally:
            model.load_state_dict({name: start.detach()}, strict=False)


def _hold_against(
    slope: torch.Tensor,
    direction: torch.Tensor,
    weighed: Callable[[torch.Tensor], float],
    start: torch.Tensor,
    name: str,
) -> None:
    """Fail unless the output changes along this direction as the gradient says; of some steps, that which fits best counts."""
    claimed = float((slope * direction).sum())
    allowed = TOLERANCE * max(abs(claimed), float(slope.norm()))
    changes = []
    for step in STEPS:
        size = step * (float(start.double().norm()) or 1.0) / float(direction.norm())
        up, down = (start + sign * size * direction for sign in (1, -1))
        change = (weighed(up.to(start.dtype)) - weighed(down.to(start.dtype))) / (2 * size)
        if abs(change - claimed) <= allowed:
            return
        changes.append(change)
    nearest = min(changes, key=lambda change: abs(change - claimed))
    raise CheckFailed(
        f"the gradient of `{name}` is not that of the output: along one direction it says {claimed:.3g}, the output "
        f"changes by {nearest:.3g}"
    )


def ask_gradients(
    session: Session,
    function: Any,
    inputs: Sequence[Any],
    parameters: Any = None,
    weights: torch.Tensor | None = None,
) -> Any:
    """The session's gradients; a result without a graph is a result that is not as expected, and no exception of the student's."""
    try:
        return session.gradients(function, *inputs, parameters=parameters, weights=weights)
    except StudentError as error:
        if error.raised.line or not error.raised.message.startswith("no gradient: "):
            raise
        raise CheckFailed(error.raised.message) from error


def _output(
    session: Session, function: Any, inputs: Sequence[Any], like: torch.Tensor | None = None
) -> torch.Tensor:
    """What the function returns, from the same random state each time."""
    session.seed(0)
    output = function(*inputs)
    if like is not None:
        return forms.tensor(output, like.shape, like.dtype, name="the output").detach()
    forms.check_there(output, "the output")
    if type(output) is not torch.Tensor or not output.is_floating_point():
        raise CheckFailed(f"the output is {forms.describe(output)}, expected a tensor of numbers")
    if output.numel() > MAX_NUMBERS:
        raise CheckFailed(f"the output is {forms.describe(output)}, which is too large")
    return output.detach()
