"""What comes of the known mistakes in lab 3's first part, finding cells; see ``slips``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.signal import butter, sosfilt

from stats220.checks.calcium.inputs import DIAGONAL, Array, neighbor_mean


def of_noise_std(std: float, frame_rate_hz: float, cutoff_hz: float) -> dict[str, float]:
    """Of the standard deviation of white noise, measured above a cutoff."""
    share = 1 - 2 * cutoff_hz / frame_rate_hz
    kept = std * share**0.5  # what the filter leaves

    def over(share: float) -> float:
        return float(kept / max(share, 1e-9) ** 0.5)

    return {
        "nothing makes up for the noise below the cutoff, which has gone with the calcium": kept,
        "the share of the noise that is left is one of variances, and no root is taken of it": kept
        / share,
        "the share is taken of the frame rate, not of the highest frequency that a movie holds": over(
            1 - cutoff_hz / frame_rate_hz
        ),
        "the share is that of 30 Hz and a cutoff of 8 Hz, whatever is asked": over(7 / 15),
        "it is the share below the cutoff that is made up for, not the one above it, which is left": over(
            1 - share
        ),
        "what the filter leaves is made smaller once more, not larger": kept * share**0.5,
        "a variance is returned": std**2,
        "a variance is divided by the root of the share, and stays a variance": std * kept,
        "the movie is scaled to a standard deviation of one first": 1.0,
        "the share is that of a cutoff of 8 Hz, whatever is asked": over(1 - 16 / frame_rate_hz),
        "the highest frequency is taken to be 15 Hz, whatever the frame rate": over(
            1 - cutoff_hz / 15
        ),
        "the highest frequency that a movie holds is taken to be twice the frame rate": over(
            1 - cutoff_hz / 2 / frame_rate_hz
        ),
        "a third is made up for, whatever is asked": kept * 1.5,
        "a third is added, whatever is asked": kept * 4 / 3,
        "the share is added, and nothing divides by it": kept + share,
        "the share below the cutoff is added, and nothing divides by it": kept + 1 - share,
        "the root of the share below is taken from one, though variances add up, not standard deviations": (
            kept / (1 - (1 - share) ** 0.5)
        ),
        "what is lost is added as a share of what is left, of which it is more": over(
            1 / (2 - share)
        ),
        "a root is taken twice": over(share**0.5),
        "it is the median of sizes, which is two thirds of a standard deviation": 0.6745 * std,
        "it is the mean of sizes, which is less than their standard deviation": 0.798 * std,
    }


def of_sines(
    tones: Array, frequencies_hz: Sequence[float], cutoff_hz: float, frame_rate_hz: float
) -> dict[str, Array]:
    """Of what is left of the first sines of a movie, which are slower than the cutoff, over what is left of the last."""
    slow = np.array(frequencies_hz)
    sections = butter(10, cutoff_hz, "highpass", fs=frame_rate_hz, output="sos")
    taken_off = (tones - sosfilt(sections, tones))[0, :, round(frame_rate_hz) :].std(axis=-1)
    ratio = np.tan(np.pi * slow / frame_rate_hz) / np.tan(np.pi * cutoff_hz / frame_rate_hz)
    return {
        "all frequencies are left alike: is it time that is filtered": np.ones(len(slow)),
        "the filter begins at 8 Hz, whatever is asked": 1.0 * (slow > 8),
        "the filter begins at half the cutoff": 1.0 * (slow > cutoff_hz / 2),
        # A digital Butterworth filter of order 2; those of order 1 to 4 are near.
        "its order is much lower than asked, so that it is not steep": ratio**2
        / np.sqrt(1 + ratio**4),
        "what the filter leaves is taken off the movie, which is to be kept": (
            taken_off[: len(slow)] / taken_off[-1]
        ),
    }


def of_fast_sine(frequency_hz: float, frame_rate_hz: float) -> dict[str, float]:
    """Of what is left of a sine that is faster than the cutoff, where the filter begins elsewhere."""
    if frame_rate_hz == 30:
        return {}
    begins = np.tan(np.pi * 8 / 30)  # the same share of any frame rate
    steep = (np.tan(np.pi * frequency_hz / frame_rate_hz) / begins) ** 10
    return {
        "the frame rate is taken to be 30 Hz, whatever it is": 0.0,
        "the filter begins at 8/15 of the highest frequency, whatever the cutoff": steep
        / np.sqrt(1 + steep**2),
    }


def of_settling(noise: Array, movie: Array, frame_rate_hz: float) -> dict[str, float]:
    """Of what a movie measures, over what its noise alone does, where the ringing is left in."""
    sections = butter(10, 8.0, "highpass", fs=frame_rate_hz, output="sos")
    second = round(frame_rate_hz)

    def left(kept: slice, dropped: int = 0, times: int = 1) -> float:
        """Of both movies what the filter leaves in the frames kept, the one over the other."""
        measured = []
        for each in (movie, noise):
            filtered = each[..., dropped:]
            for _ in range(times):
                filtered = sosfilt(sections, filtered)
            measured.append(filtered[..., kept].std(axis=-1).mean())
        return float(measured[0] / measured[1])

    return {
        "nothing is dropped, or hardly a frame": left(slice(None)),
        "the movie's first second is dropped before it is filtered, not what the filter gives": left(
            slice(None), dropped=second
        ),
        "the last second is dropped, not the first": left(slice(None, -second)),
        "the first second is kept, and the others are dropped": left(slice(None, second)),
        "as many frames are dropped as the cutoff has Hz": left(slice(8, None)),
        "only half a second is dropped": left(slice(second // 2, None)),
        "the filter is applied twice, and rings twice as long": left(slice(second, None), times=2),
    }


Correlation = Callable[[int, int, int, int], float]


def of_neighbors(
    correlation: Correlation, movie: Array, height: int, width: int
) -> dict[str, Array]:
    """Of the mean over neighbors of their correlations, in waves of mean 0 and variance 1."""
    expected = neighbor_mean(correlation, height, width)

    def mean(pairs: Any = correlation, steps: Any = ()) -> Array:
        return neighbor_mean(pairs, height, width, *([steps] if steps else []))

    around = np.pad(movie, ((1, 1), (1, 1), (0, 0)))
    around = around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
    four = np.stack(
        [mean(steps=[step]) for step in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    )  # NaN where there is none
    rows, columns, frames = (
        _correlation_of(movie - movie.mean(axis=axis, keepdims=True), axis)
        for axis in (0, 1, (0, 1))
    )
    forward, back = mean(steps=[(1, 0), (0, 1)]), mean(steps=[(-1, 0), (0, -1)])
    down, across = mean(steps=[(1, 0), (-1, 0)]), mean(steps=[(0, 1), (0, -1)])
    return {
        "a correlation below zero loses its sign": mean(lambda *pair: abs(correlation(*pair))),
        "pixels across a corner count as neighbors": (expected + mean(steps=DIAGONAL)) / 2,
        "only the neighbors below and to the right count": forward,
        "only the neighbors above and to the left count": back,
        "a pixel counts among its own neighbors": (4 * expected + 1) / 5,
        "the four correlations are added up": 4 * expected,
        "it is the correlation with the mean of the neighbors, not the mean of the correlations": (
            (movie * around).mean(axis=-1) / around.std(axis=-1)
        ),
        "only the neighbors above and below count": down,
        "only the neighbors to the left and right count": across,
        "only the neighbors across a corner count": mean(steps=DIAGONAL),
        "only the neighbors below and to the right count, and four divides": forward / 2,
        "one neighbor of each pair gets the correlation twice, the other not at all": (
            (2 * four[1] + four[2] + four[3]) / 4
        ),
        "a pixel itself is one of those that divide": 0.8 * expected,
        "products are added up over time, not averaged": movie.shape[-1] * expected,
        "correlations are squared": mean(lambda *pair: correlation(*pair) ** 2),
        "a correlation below zero counts as zero": mean(lambda *pair: max(correlation(*pair), 0)),
        "it is the largest of the correlations, not their mean": np.fmax.reduce(four),
        "it is the smallest of the correlations, not their mean": np.fmin.reduce(four),
        "means and standard deviations are taken over the rows of a frame, not over time": rows,
        "means and standard deviations are taken over the columns of a frame, not over time": (
            columns
        ),
        "means and standard deviations are taken over each frame's pixels, not over time": frames,
    }


def _correlation_of(centered: Array, axis: Any) -> Array:
    """The local correlation of what is divided by its standard deviation over that axis, too."""
    z = centered / centered.std(axis=axis, keepdims=True)
    height, width, _ = z.shape
    return neighbor_mean(lambda r, c, i, j: float(np.mean(z[r, c] * z[i, j])), height, width)


def of_contrast(
    correlation: Correlation, brightness: Array, contrast: Array, movie: Array
) -> dict[str, Array]:
    """Of the mean correlation where pixels differ in brightness and contrast."""
    height, width = contrast.shape
    changed = brightness[:, :, None] + contrast[:, :, None] * movie
    mean, std = changed.mean(), changed.std()

    def covariance(r: int, c: int, i: int, j: int) -> float:
        return float(correlation(r, c, i, j) * contrast[r, c] * contrast[i, j])

    def of(pairs: Any, power: int = 0) -> Array:
        """Of products that are divided by this power of both pixels' contrasts."""
        return neighbor_mean(
            lambda *pair: pairs(*pair) / (contrast[pair[:2]] * contrast[pair[2:]]) ** power,
            height,
            width,
        )

    def off(mean: float) -> Any:
        """The mean product of what has this taken off."""
        return lambda *pair: (
            covariance(*pair) + (brightness[pair[:2]] - mean) * (brightness[pair[2:]] - mean)
        )

    return {
        "a pixel is divided by its variance, not by its standard deviation": of(covariance, 2),
        "a pixel is not divided by its standard deviation": of(covariance),
        "mean and standard deviation are those of the whole movie": of(off(mean)) / std**2,
        "the standard deviation is that of the whole movie": of(covariance) / std**2,
        "the mean is that of the whole movie": of(off(mean), 1),
        "no mean is taken off": of(off(0.0), 1),
        "no mean is taken off, and no standard deviation divides": of(off(0.0)),
    }


def of_border(correlation: Correlation, height: int, width: int) -> dict[str, Array]:
    """Of the mean over the neighbors that a pixel has, at a border and in the corners."""
    expected = neighbor_mean(correlation, height, width)
    at_border = [
        np.isin(np.indices((height, width))[axis], (0, n - 1))
        for axis, n in enumerate((height, width))
    ]
    count = 4 - at_border[0] - at_border[1]
    full = expected * count

    def around(rows: bool, columns: bool) -> Array:
        """Where only the upper and the lower border meet, or only the left and the right one."""
        wrapped = full.copy()
        for row, column in np.ndindex(height, width):
            for axis, meets in enumerate((rows, columns)):
                if meets and at_border[axis][row, column]:
                    other = [row, column]
                    other[axis] = (height, width)[axis] - 1 - other[axis]
                    wrapped[row, column] += correlation(row, column, *other)
        return np.asarray(wrapped / (count + rows * at_border[0] + columns * at_border[1]))

    inner = {-1: 1}
    mirrored = full.copy()
    for row, column in np.ndindex(height, width):
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            r, c = row + down, column + right
            if not (0 <= r < height and 0 <= c < width):
                r, c = inner.get(r, r), inner.get(c, c)
                r, c = (height - 2 if r == height else r), (width - 2 if c == width else c)
                mirrored[row, column] += correlation(row, column, r, c)
    inside = np.pad(np.ones((height - 2, width - 2)), 1)
    return {
        "every pixel's sum is divided by four": full / 4,
        "a corner's sum is divided by three": full / np.maximum(count, 3),
        "each border meets the opposite one": neighbor_mean(
            correlation, height, width, goes_around=True
        ),
        "nothing is found at the border": expected * inside,
        "beyond the border a pixel meets itself": (full + 4 - count) / 4,
        "beyond the border a pixel meets the one inside once more": mirrored / 4,
        "the upper border meets the lower one": around(True, False),
        "the left border meets the right one": around(False, True),
        "the sum is not divided at the border": np.where(inside, expected, full),
    }
