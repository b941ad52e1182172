"""The known mistakes in the problem that a deconvolution solves, told by its solution; see ``slips``.

Of the solution of any convex problem in c and b the residual says what was minimized: how fast the misfit falls for one more unit of
an amplitude, the pull of the residual on it, is in proportion to what that unit costs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stats220.checks.calcium.inputs import Array, calcium_of, jumps_of, leave, pull_of

NEAR = 2e-2


class Solved(NamedTuple):
    """A trace, and what came back for it."""

    trace: Array
    denoised: Array
    baseline: float
    decay_frames: float


# Said of a baseline that is zero where a lower one would be better; above zero it may be free.
NOT_BELOW_ZERO = "the baseline may not be below zero"
NO_BASELINE = "there is no baseline, or none that is free"
DARK = "spikes are far too dear, the trace is scaled down first, or each frame has a baseline of its own"


def mistake_in(solved: Solved, price: float | None) -> str:
    """The first known mistake that a solution tells; empty where it tells none, as of a trace without any spike.

    The price is what a unit of amplitude should cost; without one it follows from the bound on the residual.
    """
    if is_dark(solved):
        return ""
    return (
        (_of_frames(solved) if price is None else _of_scale(solved))
        or _of_signs(solved)
        or _of_baseline(solved)
        or _of_costs(solved)
        or ("" if price is None else _of_price(solved, price))
    )


def is_dark(solved: Solved) -> bool:
    """Whether there is no calcium at all."""
    return float(np.abs(solved.denoised).max()) < NEAR


def _of_frames(solved: Solved) -> str:
    """Where many residuals are as large as the largest."""
    sizes = np.abs(_residual(solved))
    many = float(np.mean(sizes > 0.99 * sizes.max())) > 0.5
    return "each frame's residual is bounded by itself, not their norm" if many else ""


def _of_scale(solved: Solved) -> str:
    """Where it is another trace that was explained."""
    y, fit = solved.trace, solved.denoised + solved.baseline
    scaled = {
        "the trace is divided by its maximum first": y / y.max(),
        "the trace is divided by its standard deviation first": y / y.std(),
        "the trace is scaled to mean 0 and standard deviation 1 first": (y - y.mean()) / y.std(),
        "the trace is scaled to run from 0 to 1 first": (y - y.min()) / np.ptp(y),
    }
    for slip, other in scaled.items():
        if np.abs(other - y).max() > 1 and np.std(other - fit) < 0.3 * np.std(other):
            return slip
    return ""


def _residual(solved: Solved) -> Array:
    return solved.trace - solved.denoised - solved.baseline


def _pull(solved: Solved) -> Array:
    return pull_of(_residual(solved), solved.decay_frames)


def _of_signs(solved: Solved) -> str:
    """Where calcium falls faster than it decays."""
    amplitudes, c = jumps_of(solved.denoised, solved.decay_frames), solved.denoised
    negative = np.flatnonzero(amplitudes < -5 * NEAR)
    if not len(negative):
        return ""
    if negative.tolist() == [0]:
        return "the amplitude of frame 0 may be negative"
    if negative.tolist() == [len(c) - 1]:
        return "the amplitude of the last frame may be negative"
    little = max(NEAR, 1e-3 * float(c.max()))
    if c.min() > -little and np.sum(c < little) > 1:
        return "it is the calcium that may not be negative, not its amplitudes"
    return "nothing keeps amplitudes from being negative, which the 1-norm does not"


def _of_baseline(solved: Solved) -> str:
    """Where another baseline would explain more, which the residual's sum tells."""
    y, c, b, tau = solved
    residual = _residual(solved)
    total, scale = float(residual.sum()), float(np.abs(residual).max())
    pull = _pull(solved)
    if abs(total) < 0.1 * max(float(pull.max()), NEAR * scale):
        return ""

    def is_centered(other: Array) -> bool:
        return abs(float(other.sum())) < 1e-2 * float(np.abs(other).max()) * len(y)

    statistics = {
        "minimum": [y.min()],
        "median": [np.median(y)],
        "mean": [y.mean()],
        "percentile": [np.percentile(y, p) for p in (1, 2, 5, 8, 10, 15, 20, 25, 30, 40)],
    }
    if abs(b) > 1e-4 * scale:
        for name, values in statistics.items():
            if np.isclose(values, b, rtol=1e-9, atol=1e-9).any():
                return f"the baseline is fixed beforehand, as a {name} of the trace"
            offset = total / len(y)
            if np.isclose(values, offset, rtol=0, atol=1e-3 * scale).any():
                return f"the trace's {name} is taken off first, and is missing in the baseline"
        if is_centered(y - c + b):
            return "the baseline comes back with the other sign"
        if is_centered(y - c):
            return "the denoised trace holds the baseline already"
    else:
        return NO_BASELINE if total > 0 else NOT_BELOW_ZERO
    spikes = pull[jumps_of(c, tau) > max(5 * NEAR, 1e-3 * c.max())]
    even = len(spikes) > 0 and float(np.ptp(spikes)) < 5 * NEAR * float(np.abs(spikes).max())
    costs = {
        "the baseline has its price, as if it were an amplitude": 1.0,
        "the amplitudes are those of calcium and baseline together": 1
        + (len(y) - 1) * (1 - leave(tau)),
    }
    for slip, cost in costs.items():
        if even and abs(abs(total) / (cost * spikes.mean()) - 1) < 5 * NEAR:
            return slip
    if np.mean(np.abs(residual) < 1e-3 * scale) > 0.2:
        return "the sizes of the residuals are added up, not their squares"
    return "the baseline has a price, too" if even and total * b > 0 else ""


def _of_costs(solved: Solved) -> str:
    """Where something else than the sum of all amplitudes is made small."""
    c, tau = solved.denoised, solved.decay_frames
    amplitudes, pull = jumps_of(c, tau), _pull(solved)
    there = amplitudes > max(5 * NEAR, 1e-3 * amplitudes.max())
    T, top = len(c), float(np.abs(pull).max())
    if top < NEAR or there.sum() < 3:
        return ""

    def costs(each: Any, where: Array = there) -> bool:
        """Whether the pulls are in proportion to these."""
        q, g = pull[where], np.asarray(each, dtype=float)[where]
        return bool(np.abs(q - g * (q @ g) / max(g @ g, 1e-12)).max() < NEAR * top)

    ones, inner = np.ones(T), there.copy()
    inner[[0, -1]] = False
    if costs(ones):
        frame = int(np.argmax(pull))
        held = not there[0] and frame == 0 and pull[0] > (1 + NEAR) * float(pull[there].mean())
        return "the calcium of frame 0 is held at zero" if held else ""
    steps = np.where(np.diff(c) > 1e-3 * c.max(), 1.0, -1.0)  # where it decays it falls, if little
    varied = [pull_of(np.append(first, steps) - np.append(steps, 0.0), tau) for first in (0.0, 1.0)]
    if costs(amplitudes):
        return "the squares of the amplitudes are added up, not their sizes"
    if costs(ones, inner) and inner.any():
        if there[0] and abs(pull[0]) < NEAR * top:
            return "an amplitude of frame 0 costs nothing"
        if there[-1] and abs(pull[-1]) < NEAR * top:
            return "an amplitude of the last frame costs nothing"
    if costs(pull_of(ones, tau)):
        return "it is the calcium that is added up, not its amplitudes"
    if costs(pull_of(c, tau)):
        return "the squares of the calcium are added up, not its amplitudes"
    if any(costs(each) for each in varied):
        return "the sizes of the differences of calcium are added up, as if nothing decayed"
    largest = np.arange(T) == np.argmax(amplitudes)
    if np.abs(pull[there & (amplitudes < 0.9 * amplitudes.max())]).max(initial=0) < NEAR * top:
        return "only the largest amplitude counts, not the sum of all"
    if costs(largest):
        return "only the largest amplitude counts, not the sum of all"
    return ""


def _of_price(solved: Solved, price: float) -> str:
    """Where a unit of amplitude costs another price than it should."""
    pull, residual = _pull(solved), _residual(solved)
    norm, T = float(np.linalg.norm(residual)), len(residual)
    amplitudes = jumps_of(solved.denoised, solved.decay_frames)
    there = amplitudes > 5 * NEAR
    found = float(pull[there].mean()) if there.any() else float(pull.max())
    prices = {
        "the misfit counts in full, not half, or λ half": price / 2,
        "the misfit counts half of what it should, or λ twice": 2 * price,
        "the misfit counts four times of what it should, or λ a quarter": price / 4,
        "the misfit is a mean over frames, not a sum": price * T,
        "it is the mean of the amplitudes that costs λ, not their sum": price / T,
        "the residual's norm is not squared": 2 * price * norm,
        "the residual's norm is not squared, and counts in full": price * norm,
        "λ is left out": 1.0,
        "λ is squared": price**2,
        "λ divides the price, or multiplies the misfit": 1 / price,
        "the price is 1 / (2 λ), as if λ were η": 1 / (2 * price),
        "a root is taken of λ": price**0.5,
        "amplitudes are rewarded, not paid for": -price,
        "it is the calcium that is added up, not its amplitudes": price
        / (1 - leave(solved.decay_frames)),
        "the price is divided by what a spike sums up to": price * (1 - leave(solved.decay_frames)),
    }
    for slip, other in prices.items():
        if abs(found / other - 1) < NEAR:
            return slip
    return "amplitudes cost nothing" if float(np.abs(pull).max()) < NEAR * price else ""


def stairs(rng: np.random.Generator) -> Array:
    """Calcium that goes up in steps, and never down: spikes explain it, whatever they are taken to leave, and so do its steps."""
    steps = np.zeros(240)
    steps[[40, 110, 180]] = rng.uniform(28, 32, 3)
    return np.asarray(np.cumsum(steps) + rng.normal(size=240))


def quiet_trace(decay_frames: float, baseline: float, rng: np.random.Generator) -> Array:
    """Three large spikes far apart in white noise of 1: most of it is baseline, so that even a wrong baseline meets a wide bound."""
    amplitudes = np.zeros(240)
    amplitudes[[40, 110, 180]] = rng.uniform(28, 32, 3)
    return calcium_of(amplitudes, decay_frames) + baseline + rng.normal(size=240)
