"""Lab 6's hidden checks of the LNP model and its loss."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    filter_movie,
    load,
    normal,
    softplus,
)


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
