"""Lab 6's hidden check of the convolutional network."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked
from stats220.checks.encoding.cnn import (
    HEIGHT,
    NUM_LAGS,
    NUM_NEURONS,
    WIDTH,
    answer,
    draw_cnn,
)
from stats220.checks.encoding.inputs import normal


@checked
def RetinaCNN(RetinaCNN: Any) -> Checks:  # noqa: N802
    """A movie of noise."""
    checks = Checks("RetinaCNN", hidden=True)

    with checks(
        1,
        "is all of its layers together, for a movie of noise",
        hint="Filters in space and time, rectified; subunits, rectified; a read-out of every place; softplus. Nothing is padded.",
    ):
        model, p = draw_cnn(checks, RetinaCNN, readout__bias=normal(checks.rng, NUM_NEURONS))
        movie = normal(checks.rng, NUM_LAGS + 9, HEIGHT, WIDTH)
        checks.close(model(movie), answer(movie, p), atol=3e-2, name="rates")

    return checks
