"""Lab 3's checks of deconvolution."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import lfilter
from scipy.sparse import issparse

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import known_trace

# Solvers stop within about 1e-3 of the solution. The nearest wrong answer to each check is more than 0.1 away.
SOLVED = 2e-2
# Wider than the share of T or T - 1 frames, which only a hidden check looks at.
ROUGHLY = 3e-2


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """G of a size at which it can be read, and one that has to be sparse."""
    checks = Checks("decay_matrix", hidden_points=1)

    with checks(
        1,
        "has ones on the diagonal and -e^(-1/τ) on the first diagonal below it",
        hint="a_t = c_t - e^(-1/τ) c_{t-1}: row t, column t - 1, with a minus sign. k=-1 is below the diagonal, k=1 above. τ is in "
        "frames already: 9 frames leave e^(-1/9) = 0.895 of the calcium from one frame to the next.",
    ):
        expected = np.eye(4) - np.diag([np.exp(-1 / 9.0)] * 3, k=-1)
        checks.close(decay_matrix(4, 9.0), expected, atol=1e-6, name="G for T = 4 and τ = 9")

    with checks(
        1,
        "is sparse, and stores only the two diagonals",
        hint="A dense G of 3000 frames is 72 MB, nearly all of it zeros. scipy.sparse.diags_array or eye_array make a sparse one; "
        "np.eye and .toarray() a dense one.",
    ):
        G = decay_matrix(1000, 9.0)
        checks.shape(G, (1000, 1000), name="G")
        checks.that(issparse(G), f"expected a sparse array or matrix, got {type(G).__name__}")
        checks.that(G.nnz <= 2 * 1000, f"expected 1999 stored entries, got {G.nnz}")

    with checks(
        1,
        "turns calcium into the spikes that it came from",
        hint="Of calcium that only decays, G leaves its first value and zeros. What is left over elsewhere is off by a sign, a diagonal "
        "or a power.",
    ):
        amplitudes = np.zeros(50)
        amplitudes[[0, 7, 8, 30]] = 1.0, 2.0, 0.5, 4.0
        calcium = lfilter([1.0], [1.0, -np.exp(-1 / 5.5)], amplitudes)
        checks.close(decay_matrix(50, 5.5) @ calcium, amplitudes, atol=1e-6, name="G c")

    return checks


def residual_norm(trace: Any, result: Any) -> float:
    """‖y - c - b‖₂ of a student's deconvolution."""
    return float(np.linalg.norm(trace - to_numpy(result.denoised) - number(result.baseline)))


def number(value: Any) -> float:
    """A plain number, or the one number in an array."""
    return float(np.squeeze(to_numpy(value)))


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Traces that were made backwards, from the solution of their deconvolution."""
    checks = Checks("deconvolve", hidden_points=2)
    num_frames, decay_frames, noise_std, slack = 120, 9.0, 1.5, 0.2
    bound = 1.2 * 1.5 * 120**0.5
    known = known_trace(num_frames, decay_frames, bound, seed=60)

    with checks(
        1,
        "lets the residual be as large as the bound: ‖y - c - b‖₂ = (1 + slack) σ √T",
        hint="θ bounds the norm; its square bounds the sum of squares. Noise of σ in each of T frames has the norm σ √T, and the slack "
        "comes on top. Without a float in `multiplier` nothing comes back at all: see the last check's hint.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        checks.shape(result.denoised, (num_frames,), name="denoised")
        checks.close(
            residual_norm(known.trace, result), bound, atol=1e-2 * bound, name="‖y - c - b‖₂"
        )

    with checks(
        1,
        "returns amplitudes Gc of all frames, none below zero",
        hint="Calcium falls by itself, spikes only add to it: it is Gc that must not be negative. c >= 0 lets it fall as it likes. "
        "The first amplitude is c₀.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        c = to_numpy(result.denoised)
        # G written out as a moving-average filter.
        jumps = lfilter([1.0, -np.exp(-1 / decay_frames)], [1.0], c)
        checks.close(result.amplitudes, jumps, atol=SOLVED, name="amplitudes")
        checks.that(
            jumps.min() > -SOLVED, f"calcium falls by up to {-jumps.min():.3g} more than it decays"
        )

    with checks(
        2,
        "finds the fewest, smallest spikes that explain the trace",
        hint="Minimise ‖Gc‖₁, over c and over the baseline b (a variable too), under both constraints. This trace was made from "
        "its solution, so every other answer has larger spikes or a larger residual.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.amplitudes, known.amplitudes, atol=SOLVED, name="amplitudes")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    with checks(
        2,
        "returns the multiplier η of the squared constraint",
        hint="For sum_squares(...) <= θ**2 it is the dual value, an array of shape (1,): float() refuses it, [0] takes the number "
        "out. For norm(...) <= θ the dual value is a float ν, [0] refuses it, and η = ν / (2θ), as θ² changes 2θ times as fast as "
        "θ. float(np.squeeze(...)) takes both.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        eta = 1 / (2 * known.price)
        checks.close(number(result.multiplier), eta, atol=1e-2 * eta, name="multiplier")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Traces that were made backwards; the price of a spike is known."""
    checks = Checks("deconvolve_penalized", hidden_points=1)
    num_frames, decay_frames = 110, 9.0

    with checks(
        1,
        "returns amplitudes Gc of all frames, none below zero",
        hint="The constraint stays the same as in `deconvolve`: Gc >= 0, not c >= 0.",
    ):
        known = known_trace(num_frames, decay_frames, 11.0, seed=61)
        result = deconvolve_penalized(known.trace, decay_frames, known.price)
        jumps = lfilter([1.0, -np.exp(-1 / decay_frames)], [1.0], to_numpy(result.denoised))
        checks.close(result.amplitudes, jumps, atol=SOLVED, name="amplitudes")
        checks.that(
            jumps.min() > -SOLVED, f"calcium falls by up to {-jumps.min():.3g} more than it decays"
        )

    with checks(
        1,
        "finds the minimum of the penalised problem for σ = 1",
        hint="Half the sum of squares, plus λ times the sum of the amplitudes. Without the ½ each spike costs half as much; and b is a "
        "variable, as before.",
    ):
        known = known_trace(num_frames, decay_frames, 12.0, seed=62)
        result = deconvolve_penalized(known.trace, decay_frames, known.price, noise_std=1.0)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    with checks(
        1,
        "weighs the misfit by the noise: for σ = 2 it counts a quarter",
        hint="The Gaussian's log density is -(y - c - b)² / (2σ²), with σ squared; λ is not divided by anything.",
    ):
        known = known_trace(num_frames, decay_frames, 20.0, seed=63)
        result = deconvolve_penalized(known.trace, decay_frames, known.price / 4, noise_std=2.0)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    return checks


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Traces that were made backwards, without baseline; answers are exact to rounding."""
    checks = Checks("deconvolve_fast", hidden_points=2)

    with checks(
        1,
        "copies a trace that needs no deconvolution, and is zero for a penalty that no spike is worth",
        hint="For λ = 0, a trace that already decays and jumps up is its own best fit. A pool whose height is negative is 0.",
    ):
        amplitudes = np.zeros(30)
        amplitudes[[0, 11, 12, 25]] = 2.0, 1.0, 3.0, 0.5
        clean = lfilter([1.0], [1.0, -np.exp(-1 / 4.0)], amplitudes)
        checks.close(deconvolve_fast(clean, 4.0, 0.0), clean, atol=1e-9, name="c for λ = 0")
        checks.close(deconvolve_fast(clean, 4.0, 50.0), 0 * clean, atol=1e-9, name="c for λ = 50")

    with checks(
        2,
        "finds the optimum, exact to rounding",
        hint="Merge backwards for as long as two pools are out of order: h₁ e^(-l₁/τ) > h₂. A pool's best height weighs its frames by "
        "how much is left of it: Σ gⁱ yᵢ / Σ g²ⁱ. Each c_t costs λ (1 - e^(-1/τ)), the last one λ.",
    ):
        for seed, decay_frames in ((64, 9.0), (65, 3.0)):
            known = known_trace(150, decay_frames, 14.0, seed=seed, baseline=None)
            found = deconvolve_fast(known.trace, decay_frames, known.price)
            checks.close(found, known.denoised, atol=1e-8, name="c")

    with checks(
        1,
        "is right, and leaves the trace as it was",
        hint="The penalty is subtracted from a copy: trace - ..., never trace -= ....",
    ):
        known = known_trace(60, 6.0, 8.0, seed=66, baseline=None)
        found, afterwards = checks.call(deconvolve_fast, known.trace, 6.0, known.price)
        checks.close(found, known.denoised, atol=1e-8, name="c")
        checks.equal(afterwards[0], known.trace, name="trace afterwards")

    return checks
