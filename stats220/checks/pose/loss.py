"""Lab 4's checks of the stable loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal


@checked
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """The loss is torch's own binary cross entropy with logits, and its gradients follow."""
    checks = Checks("bernoulli_loss", hidden_points=2)

    logits = 3 * normal(3, 6, 7, seed=0)
    targets = (normal(3, 6, 7, seed=1) > 0.5).float()
    with checks(
        1,
        "is the mean negative log likelihood of moderate logits",
        hint="Each pixel of each key point costs log(1 + e^a) - y·a. Average over all of them: no sum over key points or pixels, "
        "and mind the sign.",
    ):
        expected = F.binary_cross_entropy_with_logits(logits, targets)
        checks.close(bernoulli_loss(logits, targets), expected, atol=1e-5, rtol=1e-4, name="loss")

    with checks(
        2,
        "is exact for logits of ±1000",
        hint="e^1000 is inf, and log(0) is -inf. Factor out m = max(0, a), pixel by pixel: one maximum for the whole map drives the "
        "other pixels to log(0), and a small number added inside the logarithm hides the overflow but gives a wrong loss.",
    ):
        extreme = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0, 0.0, 88.0]).reshape(1, 2, 3)
        answers = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]).reshape(1, 2, 3)
        # 0 where the sign of the logit is right, |a| where it is wrong, log 2 at a = 0.
        expected = torch.tensor((0 + 0 + 1000 + 1000 + np.log(2) + 88) / 6)
        checks.close(bernoulli_loss(extreme, answers), expected, atol=1e-4, rtol=1e-5, name="loss")

    with checks(
        1,
        "has the gradients (σ(a) - y) / number of pixels",
        hint="Compute with torch alone: .item(), .detach(), torch.no_grad() and NumPy cut the graph, and nothing can be learned.",
    ):
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        expected = (torch.sigmoid(logits) - targets) / logits.numel()
        checks.close(
            gradient, expected, atol=1e-4, rtol=1e-3, name="gradient with respect to logits"
        )

    return checks
