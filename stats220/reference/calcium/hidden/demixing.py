"""Lab 3's hidden checks of demixing."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.signal import lfilter

from stats220.checks import Checks, checked
from stats220.checks.calcium.demixing import footprint_like, least_squares_footprint, ridge_trace
from stats220.checks.calcium.inputs import noise


@checked
def update_trace(update_trace: Any) -> Checks:
    """Least squares on a random movie in float32, smoothed."""
    checks = Checks("update_trace", hidden=True)

    with checks(
        1,
        "is right for a movie in float32, with another denoiser",
        hint="For a footprint of unit norm, the least-squares trace is the projection uᵀR; then comes denoise.",
    ):
        footprint = footprint_like(20, seed=87).astype(np.float32)
        residual = noise(20, 33, seed=88).astype(np.float32)
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
        hint="Minimise ‖R - u cᵀ‖ over each pixel of u: it is proportional to R c, for this trace c and no other.",
    ):
        for seed in (89, 90):
            residual = noise(24, 17, seed=seed).astype(np.float32)
            trace = (1 + noise(17, seed=seed + 10)).astype(np.float32)
            expected = least_squares_footprint(residual, trace)
            checks.close(update_footprint(residual, trace), expected, atol=1e-3, name="footprint")

    return checks


@checked
def update_background(update_background: Any) -> Checks:
    """Priors from strong to none, beside ridge regression."""
    checks = Checks("update_background", hidden=True)

    with checks(
        1,
        "agrees with ridge regression, whether the prior is strong or next to none",
        hint="ς² / (ς² + σ²) is near 0 for a prior much narrower than the noise, and near 1 for a wide one.",
    ):
        for variance, noise_std in ((0.3, 1.0), (4.0, 0.5), (1e6, 1.0)):
            footprint = footprint_like(18, seed=91)
            residual = 2 + noise(18, 27, seed=92)
            expected = ridge_trace(residual, footprint, variance, noise_std)
            found = update_background(residual, footprint, variance, noise_std)
            checks.close(found[1], expected, atol=1e-3, name="trace")
            new = least_squares_footprint(residual, expected)
            checks.close(found[0], new, atol=1e-3, name="footprint")

    return checks
