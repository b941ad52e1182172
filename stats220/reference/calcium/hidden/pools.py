"""Lab 3's hidden checks of deconvolution without a general solver."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import known_trace


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Other decay times and lengths, among them the shortest and a long one."""
    checks = Checks("deconvolve_fast", hidden=True)

    with checks(
        2,
        "finds the optimum for slow and fast decays, and for a long trace",
        hint="In a long trace a merged pool can be out of order with the one before it, and so on back: how far do you look?",
    ):
        for T, tau in ((80, 1.5), (400, 30.0), (5000, 9.0)):
            known = known_trace(T, tau, 1.3 * np.sqrt(T), checks.rng, baseline=None)
            found = deconvolve_fast(known.trace, tau, known.price)
            checks.close(found, known.denoised, atol=1e-8, name=f"c of {T} frames")
        trace = np.array([3.0, 1.0])
        # One pool of h, h g: the best height is (y₀ - λ (1 - g) + g (y₁ - λ)) / (1 + g²).
        g = np.exp(-1 / 9)
        height = (3.0 - 0.5 * (1 - g) + g * (1.0 - 0.5)) / (1 + g**2)
        checks.close(
            deconvolve_fast(trace, 9.0, 0.5), [height, g * height], atol=1e-8, name="c of 2 frames"
        )

    with checks(
        1,
        "has the right price for the last frame: a spike there decays for no frame at all",
        hint="‖Gc‖₁ is a weighted sum of c. How much of a spike's price in the last frame is shared with later ones?",
    ):
        height = checks.rng.uniform(4, 6)
        trace = np.array([0.0, 0.0, 0.0, height])
        expected = np.array([0.0, 0.0, 0.0, height - 1.0])  # y - λ
        checks.close(deconvolve_fast(trace, 9.0, 1.0), expected, atol=1e-8, name="c")

    return checks
