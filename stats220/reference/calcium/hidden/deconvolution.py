"""Lab 3's hidden checks of deconvolution."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stats220.checks import Checks, checked
from stats220.checks.calcium.deconvolution import dense
from stats220.checks.calcium.inputs import calcium_of, known_trace
from stats220.checks.calcium.optimal import SOLVED, fit_of, number


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """Other sizes and decay times, beside the inverse of G."""
    checks = Checks("decay_matrix", hidden=True)

    with checks(
        2,
        "is the inverse of decaying from each spike, for other numbers of frames and decay times",
        hint="Column s of the inverse is a spike at frame s and what is left of it later. Which of your numbers are arguments?",
    ):
        for T, tau in [(2, 0.5), (3, 3.0), (7, 2.5), (60, checks.rng.uniform(30, 50))]:
            decays = np.stack([calcium_of(column, tau) for column in np.eye(T)], axis=1)
            expected = solve_triangular(decays, np.eye(T), lower=True)
            G = dense(checks, decay_matrix(T, tau), (T, T))
            checks.close(G, expected, atol=1e-6, name=f"G for T = {T}")

    return checks


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Other decay times, noise and slack."""
    checks = Checks("deconvolve", hidden=True)
    cases = [(100, 4.0, 0.5, 0.3, -1.0), (140, 15.0, 1.0, 1.0, 30.0)]

    with checks(
        2,
        "finds the optimum for other decay times, noise, slack and baselines",
        hint="Which numbers of your function come from its arguments, and T from the trace?",
    ):
        for T, tau, noise_std, slack, baseline in cases:
            bound = (1 + slack) * noise_std * np.sqrt(T)
            known = known_trace(T, tau, bound, checks.rng, baseline=baseline)
            result = deconvolve(known.trace, tau, noise_std=noise_std, slack=slack)
            fit = fit_of(checks, result, T, tau)
            checks.close(fit.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(fit.baseline, baseline, atol=SOLVED, name="baseline")

    with checks(
        2,
        "returns the multiplier of the squared constraint there too, with noise and slack as by default",
        hint="Which bound belongs to this trace, and what are σ and the slack when nothing is said?",
    ):
        T, tau, *_ = cases[1]
        known = known_trace(T, tau, 2 * np.sqrt(T), checks.rng, gentle=True, baseline=0.0)
        eta = 1 / (2 * known.price)
        result = deconvolve(known.trace, tau)
        checks.record(result, "Deconvolution")
        found = number(checks, result.multiplier, "multiplier")
        checks.close(found, eta, atol=1e-2 * eta, name="multiplier")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Other decay times and penalties; a penalty that no spike is worth."""
    checks = Checks("deconvolve_penalized", hidden=True)

    with checks(
        2,
        "finds the optimum for other decay times, noise and baselines, and no spike where spikes are too dear",
        hint="Which numbers of your function come from its arguments? What is best where no spike is worth its price?",
    ):
        for T, tau, noise_std, baseline in [(90, 4.0, 0.5, -3.0), (130, 20.0, 3.0, 10.0)]:
            known = known_trace(T, tau, 14.0, checks.rng, baseline=baseline)
            result = deconvolve_penalized(known.trace, tau, known.price / noise_std**2, noise_std)
            fit = fit_of(checks, result, T, tau)
            checks.close(fit.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(fit.baseline, baseline, atol=SOLVED, name="baseline")
        result = deconvolve_penalized(known.trace, tau, 1e3, 1.0)
        checks.close(result.denoised, np.zeros(T), atol=SOLVED, name="denoised, λ = 1000")
        found = number(checks, result.baseline, "baseline")
        checks.close(found, known.trace.mean(), atol=SOLVED, name="baseline, λ = 1000")

    return checks
