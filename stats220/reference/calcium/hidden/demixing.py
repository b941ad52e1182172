"""Lab 3's hidden checks of the updates that demix a movie."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.signal import lfilter

from stats220.checks import Checks, checked
from stats220.checks.calcium.demixing import footprint_like, least_squares_footprint, ridge_trace


@checked
def update_trace(update_trace: Any) -> Checks:
    """Least squares on a random movie in float32, smoothed."""
    checks = Checks("update_trace", hidden=True)

    with checks(
        2,
        "is right for a movie in float32, with another denoiser",
        hint="Which trace explains most for a footprint of unit norm, and what is done to it then?",
    ):
        footprint = footprint_like(20, checks.rng).astype(np.float32)
        residual = checks.rng.normal(size=(20, 33)).astype(np.float32)
        trace = np.linalg.lstsq(footprint[:, None], residual, rcond=None)[0][0]
        smooth = checks.make(partial, lfilter, [0.5, 0.5], [1.0, -0.2])
        expected = lfilter([0.5, 0.5], [1.0, -0.2], trace)
        checks.close(update_trace(residual, footprint, smooth), expected, atol=1e-4, name="trace")

    return checks


@checked
def update_footprint(update_footprint: Any) -> Checks:
    """Least squares on a random movie in float32."""
    checks = Checks("update_footprint", hidden=True)

    with checks(
        1,
        "is the least-squares footprint, scaled to unit norm, for a random movie in float32",
        hint="For this trace and no other: which footprint has the least ‖R - u cᵀ‖?",
    ):
        for mean in (1, -1):
            residual = checks.rng.normal(size=(24, 17)).astype(np.float32)
            trace = (mean + checks.rng.normal(size=17)).astype(np.float32)
            expected = least_squares_footprint(residual, trace)
            checks.close(update_footprint(residual, trace), expected, atol=1e-3, name="footprint")

    return checks


@checked
def update_background(update_background: Any) -> Checks:
    """Priors from strong to none, beside ridge regression."""
    checks = Checks("update_background", hidden=True)

    with checks(
        2,
        "agrees with ridge regression, whether the prior is strong or next to none",
        hint="What is left of the projection where the prior is much narrower than the noise, and what where it is much wider?",
    ):
        for variance, noise_std in ((0.3, 1.0), (4.0, 0.5), (1e6, 1.0)):
            footprint = footprint_like(18, checks.rng)
            residual = 1 + checks.rng.normal(size=(18, 27))
            expected = ridge_trace(residual, footprint, variance, noise_std)
            first, second = checks.items(
                update_background(residual, footprint, variance, noise_std), 2
            )
            swapped = getattr(first, "shape", None) == (27,)  # that costs its own point
            image, trace = (second, first) if swapped else (first, second)
            checks.close(trace, expected, atol=1e-3, name="trace")
            new = least_squares_footprint(residual, expected)
            checks.close(image, new, atol=1e-3, name="footprint")

    return checks
