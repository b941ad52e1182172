"""Lab 3's checks of finding cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import neighbor_mean, numbers, sines, waves

# Wider than the share of T or T - 1 frames, which a check of its own looks at.
ROUGHLY = 3e-2


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Sines above and below the cutoff, and white noise of known standard deviation."""
    checks = Checks("pixel_noise_std", hidden_points=2)

    with checks(
        3,
        "keeps what is faster than the cutoff and removes what is slower, at any frame rate",
        hint="Along which axis is time, in which unit is the cutoff, and which side of it should go, how steeply? The cutoff and the "
        "frame rate are arguments.",
        remedy="butter wants btype='highpass', the frame rate as fs=, and output='sos'; sosfilt then filters along axis=-1.",
    ):
        for frame_rate_hz, cutoff_hz, slow, fast in (
            (30.0, 8.0, [1.0, 5.0, 7.0], [9.5, 13.0]),
            (60.0, 12.0, [3.0, 9.0], [14.0, 25.0]),
        ):
            tones = sines([*slow, *fast], frame_rate_hz, 20) * checks.rng.uniform(2, 3)
            options = {} if cutoff_hz == 8.0 else {"cutoff_hz": cutoff_hz}
            found = pixel_noise_std(tones, frame_rate_hz=frame_rate_hz, **options)
            left = checks.array(found, (1, tones.shape[1]))[0]
            share = left / left[-1]
            checks.that(
                share[: len(slow)].max() < 0.25,
                f"a sine at {slow[-1]:g} Hz should be gone, but {share[: len(slow)].max():.2f} is left of what is below the cutoff of "
                f"{cutoff_hz:g} Hz",
            )
            checks.close(
                share[-2],
                1.0,
                atol=0.05,
                name=f"what is left of a sine at {fast[0]:g} Hz, against one at {fast[1]:g} Hz",
            )

    with checks(
        4,
        "measures the standard deviation of white noise: 1 is 1.00, and 3 is 3.00",
        hint="White noise has the same power at all frequencies, up to the highest that a movie holds: which is that? What share of "
        "its variance lies below the cutoff, for this cutoff and this frame rate, and has gone with the calcium? And what is asked for, "
        "a variance or a standard deviation?",
        remedy="Of 15 Hz 7 are left, so 1 measures √(7/15) = 0.68: divide by np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2)).",
    ):
        white = checks.rng.normal(size=(8, 9, 1000))
        for std in (1.0, 3.0):
            for rate, options in ((30.0, {}), (50.0, {"cutoff_hz": 12.0})):
                found = numbers(checks, pixel_noise_std(std * white, rate, **options), (8, 9))
                what = f"mean over pixels of noise of {std:g} at {rate:g} Hz, cutoff {options.get('cutoff_hz', 8.0):g} Hz,"
                checks.close(found.mean(), std, atol=0.025 * std, name=what)

    with checks(
        2,
        "leaves out the first second, in which the filter settles",
        hint="A movie starts with a jump from 0 to its baseline, and a high-pass filter rings after a jump. For how many frames, at "
        "this frame rate?",
        remedy="Drop the first round(frame_rate_hz) frames of what the filter gives: filtered[..., round(frame_rate_hz):].",
    ):
        for frame_rate_hz in (30.0, 50.0):
            dim = checks.rng.normal(size=(8, 9, 10 * int(frame_rate_hz)))
            bright = numbers(checks, pixel_noise_std(dim + 1000, frame_rate_hz), (8, 9))
            # What is left of noise of 1 is 0.68 or more; what rings is a hundred times as much.
            checks.that(
                0.4 < bright.mean() < 3,
                f"noise of 1 on a baseline of 1000 measures {bright.mean():.3g} at {frame_rate_hz:g} Hz",
            )
        # A second is 60 frames here, and the first 45 of them are a hundred times as noisy.
        restless = checks.rng.normal(size=(8, 9, 600))
        restless[..., :45] *= 100
        found = numbers(checks, pixel_noise_std(restless, 60.0), (8, 9)).mean()
        what = f"noise of 1, but of 100 in the first three quarters of a second, measures {found:.3g} at 60 Hz"
        checks.that(0.4 < found < 3, what)

    with checks(
        1,
        "leaves the movie as it was",
        hint="Whoever uses the movie next gets it filtered, or without its mean.",
        remedy="`movie -= ...` writes into the caller's array: a new name, movie - ..., makes a new one.",
        needs="keeps what is faster than the cutoff and removes what is slower, at any frame rate",
    ):
        movie = 50 + checks.rng.normal(size=(3, 4, 120))
        found, (afterwards, _) = checks.call(pixel_noise_std, movie, 30.0)
        numbers(checks, found, (3, 4))
        checks.equal(afterwards, movie, name="the movie afterwards")

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Waves, whose correlation is the cosine of the difference of their phases."""
    checks = Checks("local_correlation", hidden_points=2)
    height, width = 5, 6

    def scene() -> tuple[Any, Any]:
        """A movie of waves, and the mean correlation of each pixel."""
        phases = checks.rng.uniform(0, 2, (height, width))
        phases[2, 3] += np.pi  # one that runs against all its neighbors

        def correlation(row: int, column: int, other_row: int, other_column: int) -> float:
            return float(np.cos(phases[row, column] - phases[other_row, other_column]))

        return waves(phases), neighbor_mean(correlation, height, width)

    with checks(
        3,
        "averages the correlations with the pixels above, below, left and right",
        hint="How many neighbors has a pixel inside the image, and what is the correlation of two that run against each other?",
        remedy="Four neighbors, none across a corner; of z-scores, np.mean(z[:-1] * z[1:], axis=-1) is the correlation with the pixel "
        "below.",
    ):
        movie, expected = scene()
        found = checks.array(local_correlation(movie), (height, width))
        checks.close(
            found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=ROUGHLY, name="inside the border"
        )

    with checks(
        2,
        "does not depend on the brightness of a pixel, nor on its contrast",
        hint="What tells a correlation from a covariance? Each pixel has a mean and a standard deviation of its own, over all frames.",
        remedy="Take each pixel's own mean off, then divide by its own std, both over axis=-1 with keepdims=True; NumPy's std divides "
        "by T, as the mean of products does.",
    ):
        movie, expected = scene()
        brightness = 100 * checks.rng.random((height, width, 1))
        contrast = checks.rng.permutation(np.geomspace(0.5, 100, height * width))
        changed = brightness + contrast.reshape(height, width, 1) * movie
        plain, found = (
            numbers(checks, local_correlation(each), (height, width))[1:-1, 1:-1]
            for each in (movie, changed)
        )
        checks.that(bool(np.ptp(plain) > 0.1), "the correlations are all the same")
        checks.close(
            found, plain, atol=2e-3, name="the same movie, brighter and with more contrast"
        )
        if np.abs(plain - expected[1:-1, 1:-1]).max() < ROUGHLY:
            checks.close(found, expected[1:-1, 1:-1], atol=2e-3, name="inside the border")

    with checks(
        2,
        "takes the mean over the neighbors that a pixel has: three at a border, two in a corner",
        hint="Which pixels are beyond the border, and by how many do you divide there?",
        remedy="np.roll makes the left border meet the right one, and zeros beyond the border are no neighbors: count them along with "
        "the sum, num_neighbors[:-1] += 1 where total[:-1] += below.",
        needs="averages the correlations with the pixels above, below, left and right",
    ):
        movie, expected = scene()
        checks.close(
            numbers(checks, local_correlation(movie=movie), (height, width)),
            expected,
            atol=ROUGHLY,
            name="the whole image",
        )

    with checks(
        1,
        "leaves the movie as it was",
        hint="Whoever uses the movie next gets z-scores in its place.",
        remedy="`movie -= ...` writes into the caller's array: movie - movie.mean(...) makes a new one.",
        needs="averages the correlations with the pixels above, below, left and right",
    ):
        movie = 5 + scene()[0]
        found, (afterwards,) = checks.call(local_correlation, movie)
        checks.shape(found, (height, width))
        checks.equal(afterwards, movie, name="the movie afterwards")

    return checks
