"""Lab 3's hidden checks of deconvolution."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stats220.checks import Checks, checked
from stats220.checks.calcium.deconvolution import SOLVED, number
from stats220.checks.calcium.inputs import known_trace


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """Other sizes and decay times, beside the inverse of G."""
    checks = Checks("decay_matrix", hidden=True)

    with checks(
        1,
        "is the inverse of decaying from each spike, for other numbers of frames and decay times",
        hint="Column s of the inverse is a spike at frame s and what is left of it later, e^(-(t - s)/τ).",
    ):
        for num_frames, decay_frames in [(2, 0.5), (3, 3.0), (7, 2.5), (60, 40.0)]:
            age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
            decays = np.tril(np.exp(-np.abs(age) / decay_frames))
            expected = solve_triangular(decays, np.eye(num_frames), lower=True)
            checks.close(
                decay_matrix(num_frames, decay_frames),
                expected,
                atol=1e-6,
                name=f"T = {num_frames}",
            )

    return checks


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Other decay times, noise and slack."""
    checks = Checks("deconvolve", hidden=True)
    cases = [(100, 4.0, 0.5, 0.3, -1.0, 83), (140, 15.0, 1.0, 1.0, 30.0, 84)]

    with checks(
        1,
        "finds the optimum for other decay times, noise, slack and baselines",
        hint="Nothing of an earlier trace may be left in the function: T is len(trace), and τ, σ and the slack are its arguments.",
    ):
        for num_frames, decay_frames, noise_std, slack, baseline, seed in cases:
            bound = (1 + slack) * noise_std * np.sqrt(num_frames)
            known = known_trace(num_frames, decay_frames, bound, seed=seed, baseline=baseline)
            result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
            checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(number(result.baseline), baseline, atol=SOLVED, name="baseline")

    with checks(
        1,
        "returns the multiplier of the squared constraint there too, with noise and slack as by default",
        hint="η = ν / (2θ), where θ = (1 + slack) σ √T is this trace's own bound. By default σ = 1 and the slack is 1.",
    ):
        num_frames, decay_frames, *_, seed = cases[1]
        known = known_trace(num_frames, decay_frames, 2 * np.sqrt(num_frames), seed=seed)
        eta = 1 / (2 * known.price)
        found = deconvolve(known.trace, decay_frames).multiplier
        checks.close(number(found), eta, atol=1e-2 * eta, name="multiplier")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Other decay times and penalties; a penalty that no spike is worth."""
    checks = Checks("deconvolve_penalized", hidden=True)

    with checks(
        1,
        "finds the optimum for other decay times, noise and baselines, and no spike where spikes are too dear",
        hint="With a penalty above what any spike explains, c is zero and b is the mean of the trace.",
    ):
        for num_frames, decay_frames, noise_std, baseline, seed in [
            (90, 4.0, 0.5, -3.0, 85),
            (130, 20.0, 3.0, 10.0, 86),
        ]:
            known = known_trace(num_frames, decay_frames, 14.0, seed=seed, baseline=baseline)
            penalty = known.price / noise_std**2
            result = deconvolve_penalized(known.trace, decay_frames, penalty, noise_std)
            checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(number(result.baseline), baseline, atol=SOLVED, name="baseline")
        result = deconvolve_penalized(known.trace, decay_frames, 1e3, 1.0)
        checks.close(result.denoised, np.zeros(num_frames), atol=SOLVED, name="denoised, λ = 1000")
        checks.close(number(result.baseline), known.trace.mean(), atol=SOLVED, name="baseline")

    return checks


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Other decay times and lengths, among them the shortest and a long one."""
    checks = Checks("deconvolve_fast", hidden=True)

    with checks(
        1,
        "finds the optimum for slow and fast decays, and for a long trace",
        hint="In a long trace a merged pool can be out of order with the one before it, and so on back: keep merging until it is not.",
    ):
        for num_frames, decay_frames, seed in ((80, 1.5, 93), (400, 30.0, 94), (5000, 9.0, 95)):
            norm = 1.3 * np.sqrt(num_frames)
            known = known_trace(num_frames, decay_frames, norm, seed=seed, baseline=None)
            found = deconvolve_fast(known.trace, decay_frames, known.price)
            checks.close(found, known.denoised, atol=1e-8, name=f"c of {num_frames} frames")

    with checks(
        1,
        "has the right price for the last frame: a spike there decays for no frame at all",
        hint="‖Gc‖₁ = (1 - e^(-1/τ)) Σ c_t for all frames but the last, whose weight is 1: what it costs is not shared with later ones.",
    ):
        trace = np.array([0.0, 0.0, 0.0, 5.0])
        expected = np.array([0.0, 0.0, 0.0, 4.0])  # max(0, 5 - λ)
        checks.close(deconvolve_fast(trace, 9.0, 1.0), expected, atol=1e-8, name="c")

    return checks
