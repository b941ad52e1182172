"""Lab 3's hidden checks of finding cells."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import lfilter

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import neighbor_mean, noise, sines


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Another frame rate and cutoff, and noise that differs from pixel to pixel under a slow signal."""
    checks = Checks("pixel_noise_std", hidden=True)

    with checks(
        1,
        "measures each pixel's own noise, at another frame rate and cutoff, under slow calcium",
        hint="The cutoff, the frame rate and the frames to leave out are arguments, not 8, 30 and 30; the share of noise that is left is "
        "1 - cutoff_hz / (frame_rate_hz / 2).",
    ):
        tones = sines([5.0, 8.5, 12.0, 20.0], 60.0, 15)
        left = to_numpy(pixel_noise_std(tones, 60.0, cutoff_hz=10.0))
        checks.shape(left, (1, 4))
        checks.close(
            left[0] / left[0, 3], np.array([0, 0, 1, 1]), atol=0.15, name="what is left of sines"
        )
        for frame_rate_hz, cutoff_hz, seed in ((20.0, 5.0, 80), (50.0, 8.0, 81)):
            levels = np.linspace(1, 8, 42).reshape(6, 7)
            spikes = np.random.default_rng(seed).random(1500) < 0.01
            calcium = lfilter([1.0], [1.0, -np.exp(-1 / 15)], 1.0 * spikes)
            movie = levels[:, :, None] * (noise(6, 7, 1500, seed=seed) + calcium + 4)
            found = to_numpy(pixel_noise_std(movie, frame_rate_hz, cutoff_hz=cutoff_hz))
            checks.shape(found, (6, 7))
            checks.close(found / levels, np.ones((6, 7)), atol=0.15, name="σ over the truth")
            checks.close((found / levels).mean(), 1.0, atol=0.03, name="its mean over pixels")

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Random movies of several sizes, beside np.corrcoef."""
    checks = Checks("local_correlation", hidden=True)

    with checks(
        1,
        "equals np.corrcoef, averaged over neighbours, for images of any size",
        hint="An image may be one row, or one column: then a pixel has two neighbours, or one at an end. And the std of a z-score whose "
        "products are averaged over T frames divides by T (ddof=0, as np.std does; torch.std does not).",
    ):
        for seed, (height, width) in enumerate([(4, 7), (1, 5), (6, 1), (2, 2)]):
            rng = np.random.default_rng(seed)
            movie = rng.normal(size=(height, width, 40)) + rng.normal(size=40) + 30
            each = np.asarray(np.corrcoef(movie.reshape(height * width, 40)))
            each = each.reshape(2 * (height, width))
            expected = neighbor_mean(lambda *pair: each[pair], height, width)  # noqa: B023
            checks.close(local_correlation(movie), expected, atol=1e-4, name=f"{height} × {width}")

    return checks


@checked
def unit_norm(unit_norm: Any) -> Checks:
    """Images of all zeros, and footprints that are stacked twice."""
    checks = Checks("unit_norm", hidden=True)

    with checks(
        1,
        "leaves an image of zeros at zero, in a stack of any shape",
        hint="0 / 0 is NaN, and a NaN spreads to all that it is multiplied with: divide by 1 where the norm is 0.",
    ):
        stacks = noise(2, 3, 4, 6, seed=82)
        stacks[0, 1] = stacks[1, 2] = 0
        expected = stacks.copy()
        for where in np.ndindex(2, 3):
            if stacks[where].any():
                expected[where] /= np.linalg.norm(stacks[where], "fro")
        checks.close(unit_norm(stacks), expected, atol=1e-5, name="2 × 3 images")
        checks.close(
            unit_norm(np.zeros((3, 5))), np.zeros((3, 5)), atol=1e-9, name="an image of zeros"
        )

    return checks
