"""Lab 3's hidden checks of finding cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import calcium_of, neighbor_mean, sines


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Another frame rate and cutoff, and noise that differs from pixel to pixel under a slow signal."""
    checks = Checks("pixel_noise_std", hidden=True)

    with checks(
        2,
        "measures each pixel's own noise, at another frame rate and cutoff, under slow calcium",
        hint="Which numbers of your function come from its arguments? The share of the noise that is left depends on two of them.",
    ):
        tones = sines([5.0, 8.5, 12.0, 20.0], 60.0, 15)
        left = checks.array(pixel_noise_std(tones, 60.0, cutoff_hz=10.0), (1, 4))
        checks.close(
            left[0] / left[0, 3], np.array([0, 0, 1, 1]), atol=0.15, name="what is left of sines"
        )
        for frame_rate_hz, cutoff_hz in ((20.0, 5.0), (50.0, 8.0)):
            levels = checks.rng.permutation(np.linspace(1, 8, 42)).reshape(6, 7)
            calcium = calcium_of(1.0 * (checks.rng.random(1500) < 0.01), 15.0)
            movie = levels[:, :, None] * (checks.rng.normal(size=(6, 7, 1500)) + calcium + 4)
            found = checks.array(pixel_noise_std(movie, frame_rate_hz, cutoff_hz=cutoff_hz), (6, 7))
            checks.close(found / levels, np.ones((6, 7)), atol=0.2, name="σ over the truth")
            checks.close((found / levels).mean(), 1.0, atol=0.04, name="its mean over pixels")

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Random movies of several sizes, beside np.corrcoef."""
    checks = Checks("local_correlation", hidden=True)

    with checks(
        2,
        "equals np.corrcoef, averaged over neighbors, for images of any size",
        hint="A standard deviation divides by T or by T - 1, and the mean of the products by T: do both go together?",
    ):
        for height, width in [(4, 7), (6, 3), (2, 2)]:
            movie = checks.rng.normal(size=(height, width, 40)) + checks.rng.normal(size=40) + 30
            each = np.asarray(np.corrcoef(movie.reshape(height * width, 40)))
            each = each.reshape(2 * (height, width))
            expected = neighbor_mean(lambda *pair: each[pair], height, width)  # noqa: B023
            checks.close(local_correlation(movie), expected, atol=1e-4, name=f"{height} × {width}")

    return checks
