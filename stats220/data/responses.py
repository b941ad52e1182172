"""What a recording of retinal ganglion cells is: a movie, spike counts, and what they must be to be fitted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import UInt8

from stats220.arrays import to_numpy
from stats220.errors import InputError


@dataclass(frozen=True)
class Responses:
    """A movie, and the spikes that fell while it was shown.

    Attributes
    ----------
    stimulus : ndarray (num_frames, height, width), int8; or a movie that stays in its file
        One frame per bin.
    spike_counts : ndarray (num_frames, num_neurons), uint8; of a test movie (num_repeats, num_frames, num_neurons)
        Spikes in each bin.
    """

    stimulus: Any
    spike_counts: UInt8[np.ndarray, "*num_repeats num_frames num_neurons"]


@dataclass(frozen=True, repr=False)
class RetinaRecording:
    """Responses to fit, to choose by, and to report.

    Attributes
    ----------
    train, validation : Responses
        Movies shown once.
    test : Responses
        A movie shown again and again: its `spike_counts` have a leading axis of repeats.
    bin_seconds : float
        Duration of a bin, and of a frame.
    stimulus_std : float
        Standard deviation of a pixel: models see ``stimulus / stimulus_std``.
    """

    train: Responses
    validation: Responses
    test: Responses
    bin_seconds: float
    stimulus_std: float

    def __repr__(self) -> str:
        """What a notebook shows: sizes and rates, not arrays."""
        counts = self.train.spike_counts
        rates = ", ".join(f"{rate:.1f}" for rate in counts.mean(axis=0) / self.bin_seconds)
        frames = f"{len(counts)} + {len(self.validation.spike_counts)} bins of {1e3 * self.bin_seconds:g} ms"
        repeats = " x ".join(map(str, self.test.spike_counts.shape[:2]))
        height, width = self.train.stimulus.shape[1:]
        return (
            f"{type(self).__name__}: {counts.shape[1]} cells, {height} x {width} pixels, {frames}, "
            f"test {repeats} bins; {rates} Hz"
        )


def check_responses(stimulus: Any, spike_counts: Any, num_lags: int = 1) -> None:
    """Refuse a movie and counts that do not belong together, or are none.

    Parameters
    ----------
    stimulus : array or Tensor (num_frames, height, width)
        Or a movie that is read from its file in slices, of which only the shape is looked at.
    spike_counts : array or Tensor (num_frames, num_neurons)
        Whole numbers, in any dtype.
    num_lags : int
        Frames that one prediction needs.

    Raises
    ------
    InputError
        Where the two differ in length, or are shorter than `num_lags`; a count is negative, fractional or no number; or a frame
        holds a NaN or an infinity.
    """
    if len(np.shape(stimulus)) != 3 or len(np.shape(spike_counts)) != 2:
        raise InputError(
            "a stimulus is (num_frames, height, width) and spike counts are (num_frames, num_neurons): got "
            f"{tuple(np.shape(stimulus))} and {tuple(np.shape(spike_counts))}"
        )
    num_frames = len(stimulus)
    if num_frames != len(spike_counts):
        raise InputError(
            f"{num_frames} frames and counts of {len(spike_counts)} bins: there must be one frame for each bin"
        )
    if num_frames < num_lags:
        raise InputError(f"{num_frames} frames are too few for filters of {num_lags} lags")
    counts = to_numpy(spike_counts)
    if counts.dtype.kind not in "biuf":
        raise InputError(f"spike counts are numbers, not {counts.dtype}")
    # A NaN or an infinity leaves a remainder that is not 0.
    with np.errstate(invalid="ignore"):
        for wrong, what in ((counts < 0, "negative"), (counts % 1 != 0, "not whole numbers")):
            if wrong.any():
                row, neuron = np.argwhere(wrong)[0]
                raise InputError(
                    f"{wrong.sum()} spike counts are {what}, the first in bin {row} of neuron {neuron}, "
                    f"{counts[row, neuron]}: counts are needed, not rates"
                )
    if isinstance(stimulus, np.ndarray) or hasattr(stimulus, "detach"):
        pixels = to_numpy(stimulus).reshape(num_frames, -1)
        if pixels.dtype.kind == "f":
            bad = np.flatnonzero(~np.isfinite(pixels).all(axis=1))
            if len(bad):
                raise InputError(
                    f"{len(bad)} frames hold a NaN or an infinity, the first is frame {bad[0]}: cut them out"
                )


def check_recording(stimulus: Any, spike_counts: Any, num_lags: int = 1) -> None:
    """Refuse, besides what `check_responses` refuses, neurons without a spike: no model can be fitted to them.

    Parameters
    ----------
    stimulus, spike_counts, num_lags
        As for `check_responses`.

    Raises
    ------
    InputError
        Naming the neurons.
    """
    check_responses(stimulus, spike_counts, num_lags)
    silent = np.flatnonzero(~(to_numpy(spike_counts)[num_lags - 1 :] > 0).any(axis=0))
    if len(silent):
        raise InputError(f"neurons without a spike: {', '.join(map(str, silent))}; leave them out")


def check_memory(num_bytes: int, remedy: str) -> None:
    """Refuse what is larger than this machine's memory, where the system tells how large that is."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return
    if num_bytes > memory:
        raise InputError(
            f"that takes {num_bytes / 1e9:.0f} GB, and this machine has {memory / 1e9:.0f}: {remedy}"
        )
