"""What lab 3's coordinate ascent returns, and the given step that it works with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

BLOCK = 256  # pixels at a time in passes over the whole movie: their copies stay in the processor's cache


class Ascent(NamedTuple):
    """What coordinate ascent ends with, the pixels flattened.

    Attributes
    ----------
    footprints : ndarray (num_neurons, num_pixels)
    traces : ndarray (num_neurons, num_frames)
    background_footprint : ndarray (num_pixels,)
    background_trace : ndarray (num_frames,)
    objective : ndarray (num_sweeps + 1,)
        Before the first sweep, and after each.
    """

    footprints: Float[np.ndarray, "num_neurons num_pixels"]
    traces: Float[np.ndarray, "num_neurons num_frames"]
    background_footprint: Float[np.ndarray, " num_pixels"]
    background_trace: Float[np.ndarray, " num_frames"]
    objective: Float[np.ndarray, " num_sweeps_and_one"]


def add_outer(
    residual: Float[np.ndarray, "num_pixels num_frames"],
    footprint: Float[np.ndarray, " num_pixels"],
    trace: Float[np.ndarray, " num_frames"],
) -> None:
    """Add footprint times trace to the residual, in place and without a copy of the movie; a minus before one subtracts it.

    Parameters
    ----------
    residual : ndarray (num_pixels, num_frames)
        Changed.
    footprint : ndarray (num_pixels,)
    trace : ndarray (num_frames,)
    """
    for first in range(0, len(residual), BLOCK):
        residual[first : first + BLOCK] += np.outer(footprint[first : first + BLOCK], trace)
