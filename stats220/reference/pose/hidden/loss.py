"""Lab 4's hidden checks of the stable loss."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.loss import is_written_out


@checked
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """A batch of maps on widely different scales; gradients where exp overflows."""
    checks = Checks("bernoulli_loss", hidden=True)

    with checks(
        1,
        "takes a batch, with maps on widely different scales",
        hint="The mean is over images, key points and pixels alike, and what a pixel costs depends on no other.",
    ):
        scales = torch.tensor([0.1, 3.0, 50.0, 2000.0]).reshape(4, 1, 1, 1)
        logits = scales * normal(4, 2, 5, 9, rng=checks.rng)
        targets = (normal(4, 2, 5, 9, rng=checks.rng) > 0).float()
        is_written_out(checks, bernoulli_loss, logits, targets)
        expected = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).float()
        checks.close(bernoulli_loss(logits, targets), expected, atol=1e-3, rtol=1e-5, name="loss")

    with checks(
        2,
        "has finite gradients for logits of ±1000",
        hint="Where a computation has two branches, torch follows both on the way back. Is there an inf in the one that is not taken?",
    ):
        logits = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0]).reshape(1, 2, 2)
        targets = torch.tensor([1.0, 0.0, 0.0, 1.0]).reshape(1, 2, 2)
        is_written_out(checks, bernoulli_loss, logits, targets)
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        # In units of the first: a sum in place of the mean has been told elsewhere.
        expected = torch.tensor([0.0, 0.0, 1.0, -1.0]).reshape(1, 2, 2)
        size = torch.as_tensor(gradient).abs().amax()
        checks.close(size > 0.2, True, atol=0, name="whether there is a gradient of a wrong logit")
        checks.close(gradient / size, expected, atol=1e-4, name="gradient, in units of its largest")

    return checks
