"""Inputs for lab 3's checks: movies and traces whose answers are known because they were made from them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.signal import lfilter

Array = np.ndarray[Any, np.dtype[Any]]


def noise(*shape: int, seed: int) -> Array:
    """Standard normal numbers from a generator of their own."""
    return np.random.default_rng(seed).normal(size=shape)


def sines(frequencies_hz: list[float], frame_rate_hz: float, seconds: float) -> Array:
    """A movie (1, num_pixels, num_frames): a sine of standard deviation 1 in each pixel."""
    times = np.arange(round(seconds * frame_rate_hz)) / frame_rate_hz
    movie: Array = np.sqrt(2) * np.sin(2 * np.pi * np.outer(frequencies_hz, times))[None]
    return movie


def waves(phases: Array, num_frames: int = 60) -> Array:
    """A movie (height, width, num_frames) in which two pixels correlate by the cosine of their phases' difference."""
    turns = 2 * np.pi * 3 * np.arange(num_frames) / num_frames  # three whole turns: the mean is 0
    return np.cos(turns + phases[:, :, None])


def neighbor_mean(pairs: Any, height: int, width: int) -> Array:
    """For each pixel the mean over its neighbours, up to four, of ``pairs(row, column, other_row, other_column)``."""
    means = np.zeros((height, width))
    for row, column in np.ndindex(height, width):
        around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        inside = [(r, c) for r, c in around if 0 <= r < height and 0 <= c < width]
        means[row, column] = np.mean([pairs(row, column, r, c) for r, c in inside])
    return means


class KnownTrace(NamedTuple):
    """A trace, and the solution of its deconvolution.

    Attributes
    ----------
    trace, denoised, amplitudes : ndarray (num_frames,)
        y, c and Gc.
    baseline : float
        b.
    price : float
        p in ½‖y - c - b‖² + p‖Gc‖₁: so λ = p / σ², and η = 1 / (2 p).
    """

    trace: Array
    denoised: Array
    amplitudes: Array
    baseline: float
    price: float


def known_trace(
    num_frames: int,
    decay_frames: float,
    residual_norm: float,
    *,
    seed: int,
    baseline: float | None = 2.0,
) -> KnownTrace:
    """Make a trace backwards, from the solution of its deconvolution.

    c, b and the price p are optimal if and only if the residual r = y - c - b sums to 0 and the pull q of the residual on each
    amplitude, q_t = Σ_s≥t e^(-(s-t)/τ) r_s, is p where there is a spike and no more than p elsewhere. So draw spikes and pulls,
    and work out the residual from the pulls: r_t = q_t - e^(-1/τ) q_{t+1}.

    Parameters
    ----------
    num_frames, decay_frames
        T and τ.
    residual_norm
        ‖y - c - b‖₂.
    seed
        Another one, another trace.
    baseline
        b; where it is None, a trace of the problem without one.
    """
    rng = np.random.default_rng(seed)
    decay = float(np.exp(-1 / decay_frames))
    amplitudes = np.zeros(num_frames)
    spikes = rng.choice(np.arange(2, num_frames), max(3, num_frames // 20), replace=False)
    amplitudes[spikes] = rng.uniform(4, 12, len(spikes))
    denoised = lfilter([1.0], [1.0, -decay], amplitudes)

    lack = np.where(amplitudes > 0, 0, 0.1 + rng.exponential(size=num_frames))  # by how much q < p
    if baseline is not None:  # Σ r = q₀ + (1 - e^(-1/τ)) Σ_t>0 q_t = 0
        weights = np.full(num_frames, 1 - decay)
        weights[0] = 1
        lack *= weights.sum() / (weights @ lack)
    pull = 1 - lack
    residual = pull - decay * np.append(pull[1:], 0)
    price = residual_norm / float(np.linalg.norm(residual))
    trace = denoised + (baseline or 0.0) + price * residual
    return KnownTrace(trace, denoised, amplitudes, baseline or 0.0, price)
