"""Lab 6's hidden checks of the LNP model and its loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.stats import poisson

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    between,
    draw_counts,
    filter_movie,
    load,
    normal,
    softplus,
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


@checked
def LNP(LNP: Any) -> Checks:  # noqa: N802
    """A movie of noise."""
    checks = Checks("LNP", hidden=True)

    with checks(
        1,
        "is filter, bias and softplus for a movie of noise, of other sizes",
        hint="Each neuron's filter in space and in time is its own; lag 0 comes first, and nothing is padded.",
    ):
        rng = checks.rng
        model = LNP(2, 3, 6, 9)
        p = load(
            model,
            spatial=normal(rng, 2, 3, 6) / 3,
            temporal=normal(rng, 2, 9) / 2,
            bias=normal(rng, 2),
        )
        movie = normal(rng, 25, 3, 6)
        expected = softplus(filter_movie(movie, p["spatial"], p["temporal"]) + p["bias"])
        checks.close(model(movie), expected, atol=1e-2, name="rates")

    return checks
