"""Inputs for lab 3's checks: movies and traces whose answers are known because they were made from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.signal import lfilter

Array = np.ndarray[Any, np.dtype[Any]]


def numbers(checks: Any, value: Any, shape: tuple[int, ...], name: str = "result") -> Array:
    """An array of that shape, or the list or tensor that holds its numbers: whether it is an array is judged once an exercise."""
    checks.shape(value, shape, name=name)
    return np.asarray(value, dtype=np.float64)


def sines(frequencies_hz: list[float], frame_rate_hz: float, seconds: float) -> Array:
    """A movie (1, num_pixels, num_frames): a sine of standard deviation 1 in each pixel."""
    times = np.arange(round(seconds * frame_rate_hz)) / frame_rate_hz
    movie: Array = np.sqrt(2) * np.sin(2 * np.pi * np.outer(frequencies_hz, times))[None]
    return movie


def waves(phases: Array, num_frames: int = 60) -> Array:
    """A movie (height, width, num_frames), mean 0 and variance 1 in each pixel; two correlate by the cosine of their phases' difference."""
    turns = 2 * np.pi * 3 * np.arange(num_frames) / num_frames  # three whole turns
    return np.asarray(np.sqrt(2) * np.cos(turns + phases[:, :, None]))


STRAIGHT = [(-1, 0), (1, 0), (0, -1), (0, 1)]  # to the four neighbors of a pixel
DIAGONAL = [(-1, -1), (-1, 1), (1, -1), (1, 1)]


def neighbor_mean(
    pairs: Any,
    height: int,
    width: int,
    steps: Sequence[tuple[int, int]] = STRAIGHT,
    *,
    goes_around: bool = False,
) -> Array:
    """For each pixel the mean over its neighbors, up to four, of ``pairs(row, column, other_row, other_column)``.

    With other steps, or where each border meets the opposite one, it is what comes of a mistake; NaN of a pixel without neighbors.
    """
    means = np.full((height, width), np.nan)
    for row, column in np.ndindex(height, width):
        around = [(row + down, column + right) for down, right in steps]
        if goes_around:
            around = [(r % height, c % width) for r, c in around]
        inside = [(r, c) for r, c in around if 0 <= r < height and 0 <= c < width]
        if inside:
            means[row, column] = np.mean([pairs(row, column, r, c) for r, c in inside])
    return means


def leave(decay_frames: float) -> float:
    """What a frame leaves of the calcium, e^(-1/τ)."""
    return float(np.exp(-1 / decay_frames))


def jumps_of(denoised: Array, decay_frames: float) -> Array:
    """G c, as a moving-average filter."""
    return np.asarray(lfilter([1.0, -leave(decay_frames)], [1.0], denoised))


def calcium_of(amplitudes: Array, decay_frames: float) -> Array:
    """The calcium of given amplitudes: each decays from its frame."""
    return np.asarray(lfilter([1.0], [1.0, -leave(decay_frames)], amplitudes))


def pull_of(residual: Array, decay_frames: float) -> Array:
    """How fast ½‖residual‖² falls as each amplitude grows: Σ_s≥t e^(-(s-t)/τ) r_s."""
    return calcium_of(residual[::-1], decay_frames)[::-1]


def spikes(num_frames: int, rng: np.random.Generator) -> Array:
    """Amplitudes of all sizes: one in the first frame, large ones, and small ones (0.05 to 1) in their wake and elsewhere."""
    amplitudes = np.zeros(num_frames)
    large = 8 + np.flatnonzero(rng.permutation(num_frames - 16) < max(3, num_frames // 30))
    amplitudes[large] = rng.uniform(4, 12, len(large))
    wake = large[: (len(large) + 1) // 2] + 3
    free = np.flatnonzero(amplitudes[8:-8] == 0) + 8
    small = np.union1d(wake, rng.choice(free, max(2, num_frames // 40), replace=False))
    amplitudes[small] = np.where(
        amplitudes[small] > 0, amplitudes[small], rng.uniform(0.05, 1, len(small))
    )
    amplitudes[0] = rng.uniform(1, 3)
    return amplitudes


def noisy_trace(
    num_frames: int,
    decay_frames: float,
    rng: np.random.Generator,
    noise_std: float = 1.0,
    baseline: float = 0.0,
) -> Array:
    """Calcium of spikes of all sizes in white noise, in units of it."""
    clean = calcium_of(spikes(num_frames, rng), decay_frames) + baseline
    return noise_std * (clean + rng.normal(size=num_frames))


def dipped_trace(num_frames: int, decay_frames: float, rng: np.random.Generator) -> Array:
    """A trace that begins far below its baseline and decays up to it: calcium of a negative first frame would explain it."""
    dip = calcium_of(np.eye(1, num_frames)[0], decay_frames)
    return np.asarray(noisy_trace(num_frames, decay_frames, rng) - 14.0 * dip)


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
    rng: np.random.Generator,
    *,
    baseline: float | None = 2.0,
    gentle: bool = False,
    brightness: float = 1.0,
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
    rng
        Where spikes and pulls come from.
    baseline
        b; where it is None, a trace of the problem without one.
    gentle
        Whether no pull is below -p: then Gc >= 0 holds by itself.
    brightness
        Times what amplitudes are larger than those of `spikes`.
    """
    decay = leave(decay_frames)
    amplitudes = brightness * spikes(num_frames, rng)
    denoised = calcium_of(amplitudes, decay_frames)
    draw = rng.uniform(0.7, 1.3, num_frames) if gentle else 0.1 + rng.exponential(size=num_frames)
    lack = np.where(amplitudes > 0, 0, draw)  # by how much q < p
    lack[-1] = 0.5  # the last frame's residual would be an amplitude, were that without a price
    if baseline is not None:  # Σ r = q₀ + (1 - e^(-1/τ)) Σ_t>0 q_t = 0
        weights = np.full(num_frames, 1 - decay)
        weights[0] = 1
        lack[:-1] *= (weights.sum() - weights[-1] * lack[-1]) / (weights[:-1] @ lack[:-1])
    pull = 1 - lack
    residual = pull - decay * np.append(pull[1:], 0)
    price = residual_norm / float(np.linalg.norm(residual))
    trace = denoised + (baseline or 0.0) + price * residual
    return KnownTrace(trace, denoised, amplitudes, baseline or 0.0, price)
