"""What lab 3's checks ask of a deconvolution: its form, and whether it is optimal, which its residual tells without solving anything."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks
from stats220.checks.calcium import slips
from stats220.checks.calcium.inputs import Array, calcium_of, jumps_of, numbers, pull_of
from stats220.checks.calcium.optimal_slips import (
    DARK,
    NO_BASELINE,
    NOT_BELOW_ZERO,
    Solved,
    is_dark,
    mistake_in,
    quiet_trace,
    stairs,
)
from stats220.line.failures import CheckFailed, StudentError

# Solvers stop within about 1e-3 of the solution. The nearest wrong answer to each check is more than 0.1 away.
SOLVED = 2e-2
EXACT = 1e-8


class Fit(NamedTuple):
    """A student's deconvolution, as numbers."""

    denoised: Array
    amplitudes: Array
    baseline: float
    multiplier: Any


def number(checks: Checks, value: Any, name: str) -> float:
    """A number, or the one in an array."""
    array = to_numpy(value) if getattr(value, "shape", None) == (1,) else value
    return checks.number(array if array is value else array[0], name=name)


def fit_of(checks: Checks, result: Any, num_frames: int, decay_frames: float) -> Fit:
    """What is needed of a result. Where amplitudes and calcium were mixed up, which a check of its own looks at, c is still found."""
    checks.record(result, "Deconvolution")
    denoised = numbers(checks, result.denoised, (num_frames,), "denoised")
    amplitudes = result.amplitudes
    if getattr(amplitudes, "shape", None) == denoised.shape:
        c, a = to_numpy(denoised), to_numpy(amplitudes)
        is_swapped = np.allclose(jumps_of(a, decay_frames), c, atol=SOLVED)
        if is_swapped and not np.allclose(jumps_of(c, decay_frames), a, atol=SOLVED):
            denoised = a
        elif np.array_equal(c, a) and c.any():  # G c in both places, or c in both
            fell = jumps_of(c, decay_frames).min() < -1.0
            denoised = calcium_of(c, decay_frames) if fell else c
    amplitudes = jumps_of(denoised, decay_frames)
    baseline = number(checks, result.baseline, "baseline")
    return Fit(denoised, amplitudes, baseline, getattr(result, "multiplier", None))


def check_amplitudes(
    checks: Checks, result: Any, trace: Array, decay_frames: float, dark: bool = False
) -> None:
    """Denoised and amplitudes are c and G c, and there are some, unless they may be dark."""
    checks.record(result, "Deconvolution")
    T = len(trace)
    c = checks.array(result.denoised, (T,), name="denoised")
    checks.that(
        getattr(result.amplitudes, "shape", None) != (T - 1,),
        f"there are {T - 1} amplitudes, expected {T}",
        slip="frame 0, which has none before it, has no amplitude",
    )
    a = checks.array(result.amplitudes, (T,), name="amplitudes")
    checks.close(
        a,
        jumps_of(c, decay_frames),
        atol=SOLVED,
        name="amplitudes, against G c",
        looks_like=slips.of_amplitudes(c, result.baseline, decay_frames, trace),
    )
    checks.that(
        dark or bool(a.max() > 1), "no amplitude is above 1, though the trace has large spikes"
    )


class Asked:
    """A student's deconvolution, and the last solution that it gave: what the diagnosis of a failure looks at."""

    def __init__(self, checks: Checks, function: Any) -> None:
        self.checks, self.function = checks, function
        self.last: list[tuple[Any, Array, float, float | None]] = []

    def __call__(
        self, trace: Array, decay_frames: float, price: float | None, **options: float
    ) -> Any:
        """What it makes of a trace, where a unit of amplitude has that price, if it is known."""
        result = self.function(trace, decay_frames, **options)
        self.last = [(result, trace, decay_frames, price)]
        return result

    def mistake(self, *settings: tuple[float | None, dict[str, float]]) -> str:
        """The known mistake that the last solution tells, or else that of traces which are asked for with these prices and options."""
        rng, was_dark = self.checks.rng, []
        probes = [
            (trace, *setting)
            for setting in settings
            for trace in (*(quiet_trace(9.0, b, rng) for b in (-3.0, 3.0)), stairs(rng))
        ]
        for probe in (None, *probes):
            if probe is not None:
                trace, price, options = probe
                try:
                    self(trace, 9.0, price, **options)
                except StudentError:
                    continue
            for result, trace, decay_frames, price in self.last:
                try:
                    check_amplitudes(self.checks, result, trace, decay_frames, dark=True)
                except CheckFailed as failure:
                    return failure.slip
                fit = fit_of(self.checks, result, len(trace), decay_frames)
                solved = Solved(trace, fit.denoised, fit.baseline, decay_frames)
                was_dark.append(is_dark(solved))
                if slip := mistake_in(solved, price):
                    return slip if slip != NOT_BELOW_ZERO else self._of_baseline(*settings[0])
        return DARK if was_dark and all(was_dark) else ""

    def _of_baseline(self, price: float | None, options: dict[str, float]) -> str:
        """Whether a baseline that is not below zero may be above."""
        result = self(quiet_trace(9.0, 3.0, self.checks.rng), 9.0, price, **options)
        baseline = number(self.checks, result.baseline, "baseline")
        return NOT_BELOW_ZERO if abs(baseline) > SOLVED else NO_BASELINE


def check_residual(checks: Checks, trace: Array, fit: Fit, noise_std: float, slack: float) -> None:
    """The norm of y - c - b is the bound; where it is not, that of y - c or y - c + b may be, which tells why."""
    T = len(trace)
    size = (1 + slack) * noise_std * T**0.5
    norm, without, added = (
        float(np.linalg.norm(trace - fit.denoised - sign * fit.baseline)) for sign in (1, 0, -1)
    )
    residual = trace - fit.denoised - fit.baseline
    for found, wanted, slip in (
        (np.abs(residual).sum(), size, "the bound is one on the sum of the residual's sizes"),
        (np.abs(residual).max(), size, "the bound is one on the largest residual"),
        (np.abs(residual).max(), size / T**0.5, "each frame's residual is bounded by itself"),
    ):
        message = f"‖y - c - b‖₂ of {T} frames is {norm:.6g}, expected {size:.6g}"
        is_it = abs(norm / size - 1) > 8e-3 and abs(found / wanted - 1) < 8e-3
        checks.that(not is_it, message, slip=slip)
    known = {}
    for slip, other in {
        "the denoised trace holds the baseline already": without,
        "the baseline comes back with the other sign": added,
    }.items():
        if abs(other - size) <= 8e-3 * size:
            known[slip] = norm
    known |= slips.of_residual_norm(T, noise_std, slack)
    name = f"‖y - c - b‖₂ of {T} frames"
    checks.close(norm, size, atol=0, rtol=8e-3, name=name, looks_like=known)


def check_falls(checks: Checks, fit: Fit, decay_frames: float) -> None:
    """No jump is negative, and some are positive."""
    checks.that(
        bool(fit.amplitudes.max() > 1),
        "no amplitude is above 1, though the trace has large spikes",
    )
    worst = int(np.argmin(fit.amplitudes))
    checks.that(
        bool(fit.amplitudes[worst] > -SOLVED),
        f"in frame {worst} calcium falls by {-fit.amplitudes[worst]:.3g} more than it decays",
    )


def price_of(trace: Array, fit: Fit, decay_frames: float) -> float:
    """What a unit of amplitude costs in a solution: how fast the misfit would fall for one more, at the best frame for it."""
    return float(pull_of(trace - fit.denoised - fit.baseline, decay_frames).max())


def check_optimal(
    checks: Checks,
    fit: Fit,
    trace: Array,
    decay_frames: float,
    *,
    price: float | None = None,
    exact: bool = False,
) -> None:
    """The conditions of Karush, Kuhn and Tucker, which hold at the optimum alone.

    The residual pulls on each amplitude with q_t = Σ_s≥t e^(-(s-t)/τ) r_s. Where there is a spike, q is its price; nowhere is it
    more. And it sums to zero, as the baseline is free (exact answers have none).
    """
    residual = trace - fit.denoised - fit.baseline
    pull, amplitudes = pull_of(residual, decay_frames), fit.amplitudes
    tolerance = EXACT if exact else SOLVED
    total = float(np.abs(amplitudes).sum())
    checks.that(total > tolerance, "there is no spike at all, though the trace has large ones")
    worst = int(np.argmin(amplitudes))
    checks.that(
        bool(amplitudes[worst] > -tolerance),
        f"in frame {worst} calcium falls by {-amplitudes[worst]:.3g} more than it decays",
    )
    scale = float(np.abs(residual).max())
    if not exact:
        checks.that(
            bool(abs(residual.mean()) < 1e-2 * scale),
            f"the residual has a mean of {residual.mean():.3g}: another baseline would explain more",
        )
    asked = float(pull.max()) if price is None else price
    frame = int(np.argmax(pull))
    checks.that(
        bool(pull[frame] <= asked + tolerance * (1 if exact else scale)),
        f"in frame {frame} a larger spike would gain {pull[frame]:.4g} a unit, and its price is {asked:.4g}",
    )
    loss = (asked - pull) * np.maximum(amplitudes, 0)
    frame = int(np.argmax(loss))
    checks.that(
        bool(loss.sum() <= tolerance * (1.0 if exact else 0.5 * asked * total)),
        f"in frame {frame} there is an amplitude of {amplitudes[frame]:.3g} that is not worth its price: a smaller one would be better",
    )
