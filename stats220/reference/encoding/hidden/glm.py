"""Lab 6's hidden checks of the coupled GLM, of its spikes, and of bits per spike."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    draw_counts,
    filter_counts,
    filter_movie,
    load,
    normal,
)


@checked
def CoupledGLM(CoupledGLM: Any) -> Checks:  # noqa: N802
    """Noise on the screen, and spikes of all neurons."""
    checks = Checks("CoupledGLM", hidden=True)

    with checks(
        1,
        "adds what the stimulus and all neurons' past spikes do, with exp in place of softplus",
        hint="The drive and the coupling are added before the nonlinearity, which is the one that the model was given.",
    ):
        rng = checks.rng
        model = CoupledGLM(4, 2, 3, 5, 4, nonlinearity=torch.exp)
        p = load(
            model,
            spatial=normal(rng, 4, 2, 3) / 4,
            temporal=normal(rng, 4, 5) / 3,
            bias=normal(rng, 4) / 2,
            coupling=normal(rng, 4, 4, 4) / 4,
        )
        movie, counts = normal(rng, 22, 2, 3), draw_counts(rng, 22, 4)
        drive = filter_movie(movie, p["spatial"], p["temporal"]) + p["bias"]
        expected = np.exp(drive + filter_counts(counts, p["coupling"])[4:])
        checks.close(model(movie, counts), expected, atol=1e-2, rtol=1e-2, name="rates")

    return checks
