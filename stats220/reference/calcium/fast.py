"""Deconvolution without a general solver: exact, in about five linear passes over the trace.

Between spikes a trace only decays, so the best trace is a sequence of *pools*, runs of frames that decay from one jump. For a given
price of a jump and a given baseline, one pass that merges neighbors out of order finds them (OASIS). While the pools stay as they
are, their heights are linear in price and baseline; so the baseline that centers the residual, and the price that gives it the norm
asked for, solve a linear and a quadratic equation in three sums over pools. Alternate the two until both hold.

The pass is a plain loop. Where numba is installed it is compiled (a second, once); without, it gives the same numbers, slowly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from scipy.signal import lfilter

from stats220.errors import Stats220Error
from stats220.models.calcium import Deconvolution, check_trace

_Vector = np.ndarray[Any, np.dtype[np.float64]]
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _compiled(function: _Function) -> _Function:
    """The function as machine code where numba is installed, else as it is."""
    try:
        from numba import njit
    except ImportError:
        return function
    compiled: _Function = njit(function)
    return compiled


@_compiled
def _pass(
    y: _Vector,
    decay: float,
    price: float,
    baseline: float,
    denoised: _Vector,
    amplitudes: _Vector,
) -> tuple[float, float, float]:
    """Fill in the best trace and its jumps for one price and baseline; return how they answer to changes in both.

    With q = Σ gⁱ and w = Σ g²ⁱ over the frames of a pool of length l, and e = 1 - gˡ (1 for the last pool), the pool's
    height is (Σ gⁱ yᵢ - b q - price e) / w. Returned are Σ q²/w, Σ q e/w and Σ e²/w over the pools above 0.
    """
    num_frames = len(y)
    totals, weights, lasting = np.empty(num_frames), np.empty(num_frames), np.empty(num_frames)
    starts = np.empty(num_frames, np.int64)
    pool = -1
    for frame in range(num_frames):
        # The sum of all jumps is (1 - g) Σ c + g c_last: each frame pays its share of the price.
        share = 1 - decay if frame < num_frames - 1 else 1.0
        total, weight, last, start = y[frame] - baseline - price * share, 1.0, decay, frame
        # Where the pool before does not decay to below this one's height, one pool must do for both.
        while pool >= 0 and totals[pool] * lasting[pool] * weight > total * weights[pool]:
            total = totals[pool] + lasting[pool] * total
            weight = weights[pool] + lasting[pool] ** 2 * weight
            last *= lasting[pool]
            start = starts[pool]
            pool -= 1
        pool += 1
        totals[pool], weights[pool], lasting[pool], starts[pool] = total, weight, last, start

    stiffness, coupling, gain = 0.0, 0.0, 0.0
    end = num_frames
    for i in range(pool, -1, -1):
        height = max(totals[i] / weights[i], 0.0)
        if height > 0:
            q = (1 - lasting[i]) / (1 - decay)
            e = 1 - lasting[i] if end < num_frames else 1.0
            stiffness += q * q / weights[i]
            coupling += q * e / weights[i]
            gain += e * e / weights[i]
        if end < num_frames:  # the next pool's jump is its height less what is left of this one
            amplitudes[end] = max(amplitudes[end] - height * lasting[i], 0.0)
        amplitudes[starts[i]] = height
        for frame in range(starts[i], end):
            denoised[frame] = height
            height *= decay
            if frame > starts[i]:
                amplitudes[frame] = 0.0
        end = starts[i]
    return stiffness, coupling, gain


def bounded(
    trace: Any, decay_frames: float, noise_std: float = 1.0, slack: float = 1.0
) -> Deconvolution:
    """The constrained problem, min ‖Gc‖₁ subject to ‖y - c - b‖₂ <= (1 + slack) σ √T and Gc >= 0.

    Parameters
    ----------
    trace : array_like (num_frames,)
        y: noisy fluorescence.
    decay_frames : float
        τ, in frames.
    noise_std, slack : float
        σ, and how far beyond σ √T the residual may go.

    Returns
    -------
    Deconvolution
        With the multiplier η of the squared constraint; 0 where the bound does not bind.

    Raises
    ------
    InputError
        For arguments that the exercise of the same name refuses too.

    References
    ----------
    J. Friedrich, P. Zhou and L. Paninski (2017). Fast online deconvolution of calcium imaging data. PLOS Computational
    Biology 13(3): the pools, and increasing the price until the constraint is met.
    """
    y = check_trace(trace, decay_frames, noise_std=noise_std, slack=slack)
    decay = math.exp(-1 / decay_frames)
    bound = (1 + slack) * noise_std * math.sqrt(len(y))
    centered = y - y.mean()
    if np.linalg.norm(centered) <= bound:
        return Deconvolution(np.zeros_like(y), np.zeros_like(y), float(y.mean()), 0.0)
    # Above this price the first spike does not pay. A tenth of it is a fair start; Newton's method needs no more.
    highest = float(lfilter([1], [1, -decay], centered[::-1]).max())
    fit, price = _newton(y, decay, 0.1 * highest, bound)
    return fit._replace(multiplier=1 / (2 * price))


def penalized(
    trace: Any,
    decay_frames: float,
    penalty: float,
    noise_std: float = 1.0,
    baseline: float | None = None,
) -> Deconvolution:
    """The penalized problem, min ‖y - c - b‖² / (2σ²) + λ‖Gc‖₁ subject to Gc >= 0.

    Parameters
    ----------
    trace : array_like (num_frames,)
        y: noisy fluorescence.
    decay_frames : float
        τ, in frames.
    penalty, noise_std : float
        λ >= 0 and σ > 0.
    baseline : float, optional
        b where it is known; otherwise it is optimized too.

    Returns
    -------
    Deconvolution
        Without a multiplier.

    Raises
    ------
    InputError
        For arguments that the exercise of the same name refuses too.
    """
    y = check_trace(trace, decay_frames, noise_std=noise_std, penalty=penalty)
    decay = math.exp(-1 / decay_frames)
    price = penalty * noise_std**2
    if baseline is None:
        return _newton(y, decay, price, None)[0]
    denoised, amplitudes = np.empty_like(y), np.empty_like(y)
    _pass(y, decay, price, baseline, denoised, amplitudes)
    return Deconvolution(denoised, amplitudes, baseline)


def _newton(
    y: _Vector, decay: float, price: float, bound: float | None
) -> tuple[Deconvolution, float]:
    """The best trace and baseline for this price of a jump or, where there is a bound, for the price that meets it; and the price."""
    denoised, amplitudes = np.empty_like(y), np.empty_like(y)
    baseline, scale = float(y.mean()), float(np.ptp(y)) or 1.0
    for _ in range(200):
        stiffness, coupling, gain = _pass(y, decay, price, baseline, denoised, amplitudes)
        residual = y - denoised - baseline
        total, square = float(residual.sum()), float(residual @ residual)
        settled = abs(total) <= 1e-12 * len(y) * (scale + abs(baseline))
        if settled and (bound is None or abs(square - bound**2) <= 1e-12 * bound**2):
            return Deconvolution(denoised, amplitudes, baseline), price
        # How a change of baseline moves the sum of residuals; not at all where each frame is a pool of its own.
        free = max(len(y) - stiffness, 1e-12 * len(y))
        new_price = price
        if bound is not None:
            # The squared norm, once the residual is centered, is its value here plus curvature * (new price² - price²).
            curvature = coupling**2 / free + gain
            centered = square + total / free * (2 * (price * coupling - total) + total)
            squared = price**2 + (bound**2 - centered) / curvature if curvature > 0 else 0.0
            new_price = math.sqrt(squared) if squared > 0 else 0.1 * price
        baseline += (total + coupling * (new_price - price)) / free
        price = new_price
    raise Stats220Error(
        "the deconvolution did not settle in 200 passes: is the trace finite, of moderate size?"
    )
