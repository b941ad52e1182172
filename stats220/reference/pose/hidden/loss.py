"""Lab 4's hidden checks of the stable loss."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal


@checked
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """A batch of maps on widely different scales; gradients where exp overflows."""
    checks = Checks("bernoulli_loss", hidden=True)

    with checks(
        1,
        "takes a batch, with maps on widely different scales",
        hint="The mean is over images, key points and pixels alike; m is a map of the shape of the logits.",
    ):
        scales = torch.tensor([0.1, 3.0, 50.0, 2000.0]).reshape(4, 1, 1, 1)
        logits = scales * normal(4, 2, 5, 9, seed=10)
        targets = (normal(4, 2, 5, 9, seed=11) > 0).float()
        expected = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).float()
        checks.close(bernoulli_loss(logits, targets), expected, atol=1e-3, rtol=1e-5, name="loss")

    with checks(
        1,
        "has finite gradients for logits of ±1000",
        hint="torch.where computes both of its branches: an inf in the branch that is not taken still gives a NaN gradient.",
    ):
        logits = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0]).reshape(1, 2, 2)
        targets = torch.tensor([1.0, 0.0, 0.0, 1.0]).reshape(1, 2, 2)
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        expected = torch.tensor([0.0, 0.0, 0.25, -0.25]).reshape(1, 2, 2)
        checks.close(gradient, expected, atol=1e-5, name="gradient with respect to logits")

    return checks
