"""Lab 4's checks of the stable loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import loss_slips as slips
from stats220.checks.pose.inputs import has_shape

FINISHED = {"binary_cross_entropy_with_logits"}  # nn.BCEWithLogitsLoss calls it too


class _Calls(TorchFunctionMode):
    """Notes the names of torch's functions that are called."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


def torch_functions_in(function: Any, *inputs: Any) -> Any:
    """The names of torch's functions that a call of `function` calls, for the student's side of the line; of a stub what it returns."""
    with _Calls() as calls:
        result = function(*inputs)
    return result if result is None or result is Ellipsis else sorted(calls.names)


def is_written_out(checks: Checks, loss: Any, *inputs: torch.Tensor) -> None:
    """Fail where the finished loss is called in place of writing it."""
    called = list(checks.make(torch_functions_in, loss, *inputs))
    found = [name for name in called if name in FINISHED]
    checks.that(
        not found,
        "this calls torch's finished loss, binary_cross_entropy_with_logits: it is what you are asked to write",
    )
    found = loss(*inputs)
    is_value = isinstance(found, (torch.Tensor, np.ndarray, np.generic, float, int))
    checks.that(is_value, "a loss is a number, in a tensor; an object of your own came back")


@checked
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """The loss is torch's own binary cross entropy with logits, and its gradients follow."""
    checks = Checks("bernoulli_loss", hidden_points=3)

    with checks(
        1,
        "is the mean negative log likelihood of moderate logits",
        hint="Put one pixel with a = 2 into your lines by hand: does it cost log(1 + e²) = 2.127 where y is 0, and 0.127 where y is 1?",
        remedy="torch.mean over all pixels and key points of log(1 + e^a) - targets * logits. With m factored out, the 1 is e^-m.",
    ):
        logits = 3 * normal(3, 5, 7, rng=checks.rng)
        targets = (normal(3, 5, 7, rng=checks.rng) > 0.5).float()
        expected = F.binary_cross_entropy_with_logits(logits, targets)
        found = bernoulli_loss(logits=logits, targets=targets)
        sizes: dict[str, tuple[int, ...]] = {
            "no mean is taken: each pixel has a loss of its own": (3, 5, 7),
            "the mean is over pixels alone: each key point has a loss of its own": (3,),
            "the mean is over key points alone: each pixel has a loss of its own": (5, 7),
        }
        has_shape(checks, found, (), sizes, name="loss")
        known = slips.of_loss(logits, targets)
        checks.close(found, expected, atol=1e-5, rtol=1e-4, name="loss", looks_like=known)

    with checks(
        1,
        "is written out, with an m for each pixel",
        hint="torch has this loss ready-made. What is inside of it? That is what you are asked to write; compare the two afterwards.",
        remedy="Three lines, as the comments say: m, log(1 + e^a) with m factored out, the mean. Elementary functions are all allowed.",
    ):
        logits, targets = normal(2, 3, 4, rng=checks.rng), torch.ones(2, 3, 4)
        is_written_out(checks, bernoulli_loss, logits, targets)

    with checks(
        3,
        "is exact for a logit of ±1000 or ±88, by itself",
        needs="is written out, with an m for each pixel",
        hint="Put the logit of the message into each of your lines by hand: in which does inf appear, or the logarithm of 0?",
        remedy="m is torch.clamp of the logits with min=0; then log(1 + e^a) = m + log(e^-m + e^(a - m)): no exponent is above 0.",
    ):
        a = torch.tensor([1000.0, -1000, 88, -88, float(checks.rng.uniform(100, 900)), 17])
        a, y = a.repeat_interleave(2), torch.tensor([0.0, 1.0]).repeat(6)
        # 0 where the sign of the logit is right, |a| where it is wrong.
        costs = torch.where((a > 0) != (y > 0), a.abs(), 0)
        losses = []
        for logit, target in zip(a, y, strict=True):
            name = f"number of values of the loss of the logit {logit:g} with target {target:g}"
            found = bernoulli_loss(logit.reshape(1, 1, 1), target.reshape(1, 1, 1))
            checks.equal(torch.as_tensor(found).numel(), 1, name=name)
            losses.append(float(torch.as_tensor(found)))  # of what the mean is told elsewhere
        slip = slips.of_losses(a, y, losses)
        for logit, target, found, expected in zip(a, y, losses, costs.tolist(), strict=True):
            message = f"loss of the logit {logit:g} with target {target:g} is {found:g}, expected {expected:g}"
            checks.that(abs(found - expected) <= 1e-4 + 1e-5 * expected, message, slip=slip)

    with checks(
        1,
        "is exact where small and large logits are in one map, and for a batch of maps",
        needs="is exact for a logit of ±1000 or ±88, by itself",
        hint="What does the pixel with the logit 2 see of the pixel with 1000? Each is a coin flip of its own, in one map or in many: over what is the mean?",
        remedy="An m for each pixel, a tensor of the logits' shape: one maximum for the whole map drives the other pixels to log(0).",
    ):
        logits = torch.tensor([1000.0, -300.0, 2.0, -2.0, 0.0, 40.0]).reshape(1, 2, 3)
        logits = logits + normal(1, 2, 3, rng=checks.rng)
        targets = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]).reshape(1, 2, 3)
        is_written_out(checks, bernoulli_loss, logits, targets)
        expected = F.binary_cross_entropy_with_logits(logits.double(), targets.double())
        found = bernoulli_loss(logits, targets)
        known = slips.of_one_m(logits, targets)
        checks.close(found, expected, atol=1e-4, rtol=1e-5, name="loss", looks_like=known)
        two, twice = torch.stack([logits, logits.flip(2)]), torch.stack([targets, targets])
        expected = F.binary_cross_entropy_with_logits(two.double(), twice.double())
        name = "loss of a batch of two images"
        checks.close(bernoulli_loss(two, twice), expected, atol=1e-4, rtol=1e-5, name=name)

    with checks(
        1,
        "is a tensor with the gradients (σ(a) - y) / number of pixels",
        needs="is the mean negative log likelihood of moderate logits",
        hint="Nothing can be learned from a loss without gradients. Does every line compute with tensors of torch, and with the logits "
        "themselves?",
        remedy="Compute with torch alone: .item(), .detach(), torch.no_grad() and NumPy cut the graph.",
    ):
        logits = 3 * normal(3, 6, 7, rng=checks.rng)
        targets = (normal(3, 6, 7, rng=checks.rng) > 0.5).float()
        checks.tensor(bernoulli_loss(logits, targets), (), None, name="loss")
        is_written_out(checks, bernoulli_loss, logits, targets)
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        expected = (torch.sigmoid(logits) - targets) / logits.numel()
        known = {
            "no gradient comes from the logits: they are detached, or the lines do not use them": 0
            * expected,
            "the sum is differentiated, not the mean": expected * logits.numel(),
        }
        name = "gradient with respect to logits"
        checks.close(gradient, expected, atol=1e-4, rtol=1e-3, name=name, looks_like=known)

    with checks(
        1,
        "has finite gradients where e^a overflows",
        needs="is exact for a logit of ±1000 or ±88, by itself",
        hint="Where a computation has two branches, torch goes back through both. What is the gradient of the one that was not taken?",
        remedy="torch.where hands 0 times infinity on, which is NaN: with an m for each pixel no branch is needed.",
    ):
        large = checks.rng.choice([-1, 1], (2, 3, 4)) * checks.rng.uniform(100, 1000, (2, 3, 4))
        logits, targets = torch.tensor(large).float(), torch.zeros(2, 3, 4)
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        finite = bool(torch.isfinite(torch.as_tensor(gradient)).all())
        checks.that(finite, "the gradient holds NaN or infinity for logits of ±100 to ±1000")

    with checks(
        1,
        "leaves the logits and the targets that it is given unchanged",
        needs="is the mean negative log likelihood of moderate logits",
        hint="The targets are used again in each epoch: does a line of yours write into them, or into the logits?",
        remedy="clamp makes a new tensor, clamp_ and -= write into the one that they are given.",
    ):
        logits, targets = normal(2, 3, 4, rng=checks.rng), torch.zeros(2, 3, 4)
        targets[1] = 1
        checks.unchanged(bernoulli_loss, logits, targets)

    return checks
