"""Updates that a check hands to the student's coordinate ascent in place of the lab's own: simple, so that what must come of them is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def row_of_brightest_pixel(residual: Array, footprint: Array) -> Array:
    """A trace: what the footprint's largest pixel sees, over its weight; zero where there is none."""
    brightest = int(np.argmax(np.abs(footprint)))
    return np.asarray(residual[brightest] / (footprint[brightest] or np.inf))


def image_of_brightest_frame(residual: Array, trace: Array) -> Array:
    """A footprint of unit norm: the frame in which the trace is largest, with its sign; zero where that is dark."""
    brightest = int(np.argmax(np.abs(trace)))
    image = (np.sign(trace[brightest]) or 1.0) * residual[:, brightest]
    return np.asarray(image / (np.linalg.norm(image) or 1.0))


def flat_footprint(residual: Array, trace: Array) -> Array:
    """A footprint of unit norm that is the same in all pixels."""
    return np.full(len(residual), len(residual) ** -0.5)


def background_of_brightest_pixel(residual: Array, footprint: Array) -> tuple[Array, Array]:
    """A background that keeps its footprint and takes all that its largest pixel sees."""
    return np.array(footprint), row_of_brightest_pixel(residual, footprint)


def background_of_all_pixels(residual: Array, footprint: Array) -> tuple[Array, Array]:
    """A background whose trace is the mean over pixels, and whose footprint is the frame in which that is largest."""
    trace = residual.mean(axis=0)
    return image_of_brightest_frame(residual, trace), trace


def no_background(residual: Array, footprint: Array) -> tuple[Array, Array]:
    """A background that is dark throughout."""
    return np.array(footprint), np.zeros(residual.shape[1])


class Rising:
    """An objective that falls with what is left, and yet rises by a million each time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, residual: Array, traces: Array, background_trace: Array) -> float:
        """A million times how often it was asked before, less the sum of squares."""
        value = 1e6 * self.asked - float(np.sum(np.square(residual)))
        self.asked += 1
        return value


class Script:
    """An objective that says one value after the other, whatever is asked."""

    def __init__(self, values: Sequence[float]) -> None:
        self._values = iter(values)

    def __call__(self, *asked: object) -> float:
        """The next value."""
        return next(self._values)
