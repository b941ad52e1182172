"""Lab 6's hidden checks of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.stats import poisson

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    between,
    draw_counts,
)


@checked
def poisson_loss(poisson_loss: Any) -> Checks:
    """Rates and counts of all sizes."""
    checks = Checks("poisson_loss", hidden=True)

    with checks(
        1,
        "is the mean negative log likelihood at rates and counts of all sizes",
        hint="All three terms count: λ, y log λ and log y!. A rate may be far below one, or far above.",
    ):
        rng = checks.rng
        rates = torch.exp(between(rng, -9, 3, 20, 4))
        counts = torch.cat([draw_counts(rng, 10, 4), draw_counts(rng, 10, 4, mean=6)])
        expected = -np.mean(poisson.logpmf(counts.numpy(), rates.double().numpy()))
        checks.close(poisson_loss(rates, counts), expected, atol=1e-4, rtol=1e-4, name="loss")

    return checks
