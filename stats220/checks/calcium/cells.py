"""Lab 3's checks of finding cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium.deconvolution import ROUGHLY
from stats220.checks.calcium.inputs import neighbor_mean, noise, sines, waves


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Sines above and below the cutoff, and white noise of known standard deviation."""
    checks = Checks("pixel_noise_std", hidden_points=1)

    with checks(
        1,
        "keeps what is faster than the cutoff, and removes what is slower",
        hint="butter needs btype='highpass' and, to know in which unit the cutoff is, the frame rate as fs. sosfilt takes sections "
        "(output='sos'), and filters along the last axis, which is time.",
    ):
        left = to_numpy(pixel_noise_std(sines([1.0, 5.0, 7.0, 9.5, 13.0], 30.0, 20), 30.0))
        checks.shape(left, (1, 5))
        share = left[0] / left[0, 4]
        checks.that(
            share[:3].max() < 0.25,
            f"a sine at 7 Hz should be gone, but {share[:3].max():.2f} is left of what is below the cutoff of 8 Hz",
        )
        checks.close(
            share[3], 1.0, atol=0.05, name="what is left of a sine at 9.5 Hz, against one at 13 Hz"
        )

    with checks(
        2,
        "measures the standard deviation of white noise: 1 is 1.00, and 3 is 3.00",
        hint="White noise has the same variance at all frequencies, and below the cutoff it is filtered out too: of 15 Hz 7 are left, "
        "so 1 measures √(7/15) = 0.68. Divide by √(1 - cutoff_hz / (frame_rate_hz / 2)). The variance of 3 would be 9.",
    ):
        white = noise(8, 9, 1000, seed=50)
        for std in (1.0, 3.0):
            found = to_numpy(pixel_noise_std(std * white, 30.0))
            checks.shape(found, (8, 9))
            checks.close(
                found.mean(), std, atol=0.025 * std, name=f"mean over pixels of noise of {std:g}"
            )

    with checks(
        1,
        "leaves out the first second, in which the filter settles",
        hint="A movie starts with a jump from 0 to its baseline, and a high-pass filter rings after a jump. Drop the first "
        "frame_rate_hz frames of what the filter gives.",
    ):
        bright = noise(8, 9, 300, seed=51) + 100
        found = to_numpy(pixel_noise_std(bright, 30.0))
        checks.close(
            found.mean(), 1.0, atol=0.04, name="mean over pixels of noise of 1 on a baseline of 100"
        )

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Waves, whose correlation is the cosine of the difference of their phases."""
    checks = Checks("local_correlation", hidden_points=1)
    height, width = 5, 6
    phases = np.random.default_rng(52).uniform(0, 2, (height, width))

    def correlation(row: int, column: int, other_row: int, other_column: int) -> float:
        return float(np.cos(phases[row, column] - phases[other_row, other_column]))

    expected = neighbor_mean(correlation, height, width)

    with checks(
        1,
        "averages the correlations with the pixels above, below, left and right",
        hint="Four neighbours, none across a corner. With z-scores, the correlation of two pixels is the mean over time of their "
        "product.",
    ):
        found = local_correlation(waves(phases))
        checks.shape(found, (height, width))
        checks.close(
            found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=ROUGHLY, name="inside the border"
        )

    with checks(
        1,
        "does not depend on the brightness of a pixel, nor on its contrast",
        hint="That is what tells a correlation from a covariance: subtract each pixel's own mean over time, divide by its own std.",
    ):
        brightness = 1000 * np.random.default_rng(53).random((height, width, 1))
        contrast = np.geomspace(0.1, 100, height * width).reshape(height, width, 1)
        found = local_correlation(brightness + contrast * waves(phases))
        checks.shape(found, (height, width))
        checks.close(
            found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=ROUGHLY, name="inside the border"
        )

    with checks(
        1,
        "takes the mean over the neighbours that a pixel has: three at a border, two in a corner",
        hint="np.roll wraps around, so that the left border would meet the right one. Zeros beyond the border are no neighbours: "
        "divide by 3 or 2 there, not by 4.",
    ):
        checks.close(
            local_correlation(waves(phases)), expected, atol=ROUGHLY, name="the whole image"
        )

    with checks(
        1,
        "leaves the movie as it was",
        hint="`movie -= ...` changes the array that was handed in, and whoever uses the movie next gets z-scores: write "
        "movie - movie.mean(...), which makes a new one.",
    ):
        movie = 5 + waves(phases)
        found, (afterwards,) = checks.call(local_correlation, movie)
        checks.shape(found, (height, width))
        checks.equal(afterwards, movie, name="the movie afterwards")

    return checks


@checked
def unit_norm(unit_norm: Any) -> Checks:
    """Images whose norm can be told in the head, and one that has none."""
    checks = Checks("unit_norm", hidden_points=1)

    with checks(
        1,
        "gives each image of a stack a norm of one, and one image by itself too",
        hint="‖u‖₂ = √(Σ u²), summed over the image's two axes and nothing else (axis=(-2, -1), keepdims=True). The maximum is "
        "another norm, and the norm of the whole stack makes large images of the bright ones.",
    ):
        stack = np.zeros((3, 4, 5))
        stack[0, 1, 1:3] = 3, 4
        stack[1, 2:4, 2:4] = 7
        stack[2, 0, 0], stack[2, 3, 4] = -0.6, 0.8
        expected = stack / np.array([5.0, 14.0, 1.0])[:, None, None]
        checks.close(unit_norm(stack), expected, atol=1e-5, name="a stack of three")
        checks.close(unit_norm(stack[1]), expected[1], atol=1e-5, name="one image")

    return checks
