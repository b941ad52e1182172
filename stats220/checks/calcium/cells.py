"""Lab 3's checks of finding cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium import cell_slips
from stats220.checks.calcium.inputs import Array, neighbor_mean, numbers, sines, waves

# Wider than the share of T or T - 1 frames, which a check of its own looks at.
ROUGHLY = 3e-2


def per_pixel(checks: Checks, found: Any, movie: Array) -> None:
    """Fail where a standard deviation was taken over something else than each pixel's frames."""
    shape: tuple[int, ...] = getattr(found, "shape", ())
    checks.that(
        isinstance(found, (type(None), type(...))) or len(shape) > 0 or not np.isscalar(found),
        "the result is one number, expected one for each pixel",
        slip="the standard deviation is taken over all pixels together",
    )
    checks.that(
        len(shape) != 2 or shape[0] > 0,
        f"the result has shape {tuple(shape)}",
        slip="a movie's rows are dropped, not its frames",
    )
    checks.that(
        len(shape) != 2 or shape[1] < movie.shape[2] // 2,
        f"the result has shape {tuple(shape)}: one number for each frame, expected one for each pixel",
        slip="the standard deviation is taken over a frame's rows or columns, not over time",
    )


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
            per_pixel(checks, found, tones)
            left = checks.array(found, (1, tones.shape[1]))[0]
            turned = pixel_noise_std(tones[:, ::-1], frame_rate_hz=frame_rate_hz, **options)
            checks.that(
                np.allclose(numbers(checks, turned, (1, len(left)))[0, ::-1], left, rtol=1e-3),
                "what is measured in a pixel depends on those beside it",
                slip="the filter goes over a frame's rows or columns, not over time",
            )
            checks.that(
                left[: len(slow)].min() < 3 * left[-1],
                f"a sine at {slow[0]:g} Hz is left, and one at {fast[1]:g} Hz is gone",
                slip="what is slower than the cutoff stays, and what is faster goes",
            )
            share = left / left[-1]
            sought = ", ".join(f"{each:g}" for each in slow)
            checks.close(
                share[: len(slow)],
                np.zeros(len(slow)),
                atol=0.25,
                name=f"what is left of sines at {sought} Hz, which are slower than the cutoff of {cutoff_hz:g} Hz,",
                looks_like=cell_slips.of_sines(tones, slow, cutoff_hz, frame_rate_hz),
            )
            checks.close(
                share[-2],
                1.0,
                atol=0.05,
                looks_like=cell_slips.of_fast_sine(fast[0], frame_rate_hz),
                name=f"what is left of a sine at {fast[0]:g} Hz, against one at {fast[1]:g} Hz",
            )

    with checks(
        4,
        "measures the standard deviation of white noise: 1 is 1.00, and 3 is 3.00",
        hint="White noise has the same power at all frequencies, up to the highest that a movie holds: which is that? What share of "
        "its variance lies below the cutoff, for this cutoff and this frame rate, and has gone with the calcium, and what share is left? "
        "And what is asked for, a variance or a standard deviation?",
        remedy="Of 15 Hz 7 are left, so 1 measures √(7/15) = 0.68: divide by np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2)).",
    ):
        white = checks.rng.normal(size=(8, 9, 1000))
        found, known = [], []
        for std in (3.0, 1.0):
            for rate, options in ((50.0, {"cutoff_hz": 10.0}), (30.0, {})):
                measured = pixel_noise_std(std * white, rate, **options)
                per_pixel(checks, measured, white)
                found.append(numbers(checks, measured, (8, 9)).mean())
                cutoff_hz = options.get("cutoff_hz", 8.0)
                known.append(cell_slips.of_noise_std(std, rate, cutoff_hz))
        # That of one setting may be near to that of another mistake: it is the one that fits all.
        fitting = [
            slip
            for slip in known[0]
            if all(abs(a / b[slip] - 1) < 0.015 for a, b in zip(found, known, strict=True))
        ]
        names = (
            f"mean over pixels of noise of {std} at {setting},"
            for std in (3, 1)
            for setting in ("50 Hz, cutoff 10 Hz", "30 Hz, cutoff 8 Hz")
        )
        for measured, name, std in zip(found, names, (3, 3, 1, 1), strict=True):
            slips = dict.fromkeys(fitting, measured)
            checks.close(measured, std, atol=0, rtol=0.025, name=name, looks_like=slips)

    with checks(
        2,
        "leaves out the first second, in which the filter settles",
        hint="A filter sees a jump from 0 to the first frame that it gets, whichever that is, and a high-pass one rings after a jump. At "
        "which end of what it gives is that, and for how many frames, at this frame rate? And from what do you drop them: from what "
        "goes into the filter, or from what comes out?",
        remedy="Drop the first round(frame_rate_hz) frames of what the filter gives: filtered[..., round(frame_rate_hz):].",
    ):
        for frame_rate_hz in (30.0, 50.0):
            dim = checks.rng.normal(size=(8, 9, 10 * int(frame_rate_hz)))
            # Noise that is strong in the first second and in the last tells which of them is dropped.
            loud = dim.copy()
            loud[..., : int(frame_rate_hz)] *= 20
            loud[..., -int(frame_rate_hz) :] *= 50
            movies = (dim + 1000, loud)
            plain, bright, ends = (
                numbers(checks, pixel_noise_std(each, frame_rate_hz), (8, 9)).mean()
                for each in (dim, *movies)
            )
            # What is left of noise of 1 is 0.68 or more; what rings is a hundred times as much.
            message = (
                f"noise of 1 on a baseline of 1000 measures {bright:.3g} at {frame_rate_hz:g} Hz"
            )
            known = [cell_slips.of_settling(dim, each, frame_rate_hz) for each in movies]
            ratios = np.array([bright, ends]) / max(plain, 1e-9)
            slip = next(
                (s for s in known[0] if np.allclose(ratios, [k[s] for k in known], rtol=0.05)), ""
            )
            checks.that(0.4 < bright < 3, message, slip=slip)
        # A second is 60 frames here, and the first 45 of them are a hundred times as noisy.
        restless = checks.rng.normal(size=(8, 9, 600))
        restless[..., :45] *= 100
        found = numbers(checks, pixel_noise_std(restless, 60.0), (8, 9)).mean()
        what = f"noise of 1, but of 100 in the first three quarters of a second, measures {found:.3g} at 60 Hz"
        slip = "fewer frames are dropped than a second has at this frame rate"
        checks.that(0.4 < found < 3, what, slip=slip if found > 3 else "")

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
        """A movie of waves, and the correlation of two of its pixels, by row, column, row and column."""
        phases = checks.rng.uniform(0, 2, (height, width))
        phases[2, 3] += np.pi  # one that runs against all its neighbors

        def correlation(row: int, column: int, other_row: int, other_column: int) -> float:
            return float(np.cos(phases[row, column] - phases[other_row, other_column]))

        return waves(phases), correlation

    inside = slice(1, -1), slice(1, -1)

    with checks(
        3,
        "averages the correlations with the pixels above, below, left and right",
        hint="How many neighbors has a pixel inside the image, and what is the correlation of two that run against each other? Each "
        "correlation belongs to both of its pixels: in which two places of the image is it added?",
        remedy="Four neighbors, none across a corner; of z-scores, np.mean(z[:-1] * z[1:], axis=-1) is the correlation with the pixel "
        "below.",
    ):
        movie, correlation = scene()
        expected = neighbor_mean(correlation, height, width)
        known = cell_slips.of_neighbors(correlation, movie, height, width)
        found = checks.array(local_correlation(movie), (height, width))
        checks.close(
            found[inside],
            expected[inside],
            atol=ROUGHLY,
            name="inside the border",
            looks_like={slip: value[inside] for slip, value in known.items()},
        )

    with checks(
        2,
        "does not depend on the brightness of a pixel, nor on its contrast",
        hint="What tells a correlation from a covariance? Each pixel has a mean and a standard deviation of its own, over all frames.",
        remedy="Take each pixel's own mean off, then divide by its own std, both over axis=-1 with keepdims=True; NumPy's std divides "
        "by T, as the mean of products does.",
    ):
        movie, correlation = scene()
        expected = neighbor_mean(correlation, height, width)
        brightness = 100 * checks.rng.random((height, width, 1))
        contrast = checks.rng.permutation(np.geomspace(0.5, 100, height * width))
        contrast = contrast.reshape(height, width)
        changed = brightness + contrast[:, :, None] * movie
        plain, found = (
            numbers(checks, local_correlation(each), (height, width))[inside]
            for each in (movie, changed)
        )
        checks.that(bool(np.ptp(plain) > 0.1), "the correlations are all the same")

        known = cell_slips.of_contrast(correlation, brightness[:, :, 0], contrast, movie)
        checks.close(
            found,
            plain,
            atol=2e-3,
            name="the same movie, brighter and with more contrast",
            looks_like={slip: value[inside] for slip, value in known.items()},
        )
        T = movie.shape[-1]
        if np.abs(plain - expected[inside]).max() < ROUGHLY:
            known = {
                "a standard deviation divides by T - 1, and a mean of products by T": (T - 1) / T,
                "a standard deviation divides by T, and a mean of products by T - 1": T / (T - 1),
            }
            checks.close(
                found,
                expected[inside],
                atol=2e-3,
                name="inside the border",
                looks_like={slip: share * expected[inside] for slip, share in known.items()},
            )

    with checks(
        2,
        "takes the mean over the neighbors that a pixel has: three at a border, two in a corner",
        hint="Which pixels are beyond the border, and by how many do you divide there?",
        remedy="np.roll makes the left border meet the right one, and zeros beyond the border are no neighbors: count them along with "
        "the sum, num_neighbors[:-1] += 1 where total[:-1] += below.",
        needs="averages the correlations with the pixels above, below, left and right",
    ):
        movie, correlation = scene()
        expected = neighbor_mean(correlation, height, width)
        found = numbers(checks, local_correlation(movie=movie), (height, width))
        dark = np.isnan(found)
        checks.that(
            dark[inside].any() or not dark.any(),
            f"{dark.sum()} pixels at the border are NaN",
            slip="nothing is found at the border",
        )
        checks.close(
            found,
            expected,
            atol=ROUGHLY,
            name="the whole image",
            looks_like=cell_slips.of_border(correlation, height, width),
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
