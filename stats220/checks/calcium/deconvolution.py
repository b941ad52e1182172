"""Lab 3's checks of deconvolution."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import issparse

from stats220.checks import Checks, checked
from stats220.checks.calcium import slips
from stats220.checks.calcium.inputs import (
    dipped_trace,
    known_trace,
    leave,
    noisy_trace,
)
from stats220.checks.calcium.optimal import (
    SOLVED,
    Asked,
    check_amplitudes,
    check_falls,
    check_optimal,
    check_residual,
    fit_of,
    number,
    price_of,
)
from stats220.checks.diagnosis import named_by


def dense(checks: Checks, matrix: Any, shape: tuple[int, int]) -> Any:
    """A small matrix as an array, whether it is stored as sparse or not."""
    T = shape[0]
    checks.that(
        getattr(matrix, "shape", None) not in ((T - 1, T), (T - 1, T - 1)),
        f"G has {T - 1} rows, expected {T}",
        slip="the first frame, which has none before it, has no row",
    )
    checks.shape(matrix, shape, name="G")
    is_sparse = issparse(matrix)
    return np.asarray(matrix.toarray() if is_sparse else matrix)


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """G of a size at which it can be read, and one that has to be sparse."""
    checks = Checks("decay_matrix", hidden_points=2)

    with checks(
        2,
        "has ones on the diagonal, and entries on the first diagonal below it and nowhere else",
        hint="Which of the rows 0 to T - 1 have a frame before them, the last one too? And which column of row t belongs to it? Rows count "
        "downwards.",
        remedy="Row t has its entry in column t - 1: in eye_array and diags_array k=-1 or offsets=-1 is below the diagonal, 1 above.",
    ):
        T = int(checks.rng.integers(4, 8))
        G = dense(checks, decay_matrix(T, 9.0), (T, T))
        known = slips.of_diagonal(T, 9.0)
        checks.close(np.diag(G), np.ones(T), atol=1e-6, name="G's diagonal", looks_like=known)
        filled = np.eye(T) + np.eye(T, k=-1)
        checks.equal(
            1 * (np.abs(G) > 1e-9),  # however little a frame is said to leave
            filled,
            name=f"G for T = {T}, with 1 where it is not zero,",
            looks_like=slips.of_pattern(filled),
        )

    with checks(
        2,
        "takes away what the frame before has left, e^(-1/τ) of it",
        hint="G c is today minus what is left of yesterday. What is left after one frame, when τ is counted in frames?",
        remedy="The entries are -np.exp(-1 / decay_frames): 9 frames leave 0.895.",
    ):
        for decay_frames in checks.rng.uniform(2, 12, 3):
            G = dense(checks, decay_matrix(num_frames=5, decay_frames=decay_frames), (5, 5))
            others = G[~np.eye(5, dtype=bool)]
            checks.close(
                others[np.argsort(-np.abs(others))[:4]],
                np.full(4, -leave(decay_frames)),
                atol=1e-6,
                name=f"G off its diagonal, for τ = {decay_frames:.3g}",
                looks_like=slips.of_decay(decay_frames, 4),
            )

    with checks(
        2,
        "is sparse, and stores only the two diagonals",
        hint="How many of a million entries are not zero? The others need no memory.",
        remedy="scipy.sparse's eye_array or diags_array make a sparse one; np.eye, np.diag and .toarray() a dense one.",
    ):
        G = decay_matrix(1000, 9.0)
        checks.shape(G, (1000, 1000), name="G")
        checks.that(issparse(G), f"expected a sparse array or matrix, got {type(G).__name__}")
        checks.that(G.nnz <= 2 * 1000, f"expected 1999 stored entries, got {G.nnz}")

    return checks


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Traces that were made backwards from their solution, and noisy ones, whose solution can be told from any other."""
    checks = Checks("deconvolve", hidden_points=4)
    T, tau, noise_std, slack = 120, 9.0, 1.5, 0.2
    bound = (1 + slack) * noise_std * T**0.5
    settings = {"noise_std": noise_std, "slack": slack}
    # So bright that spikes are needed whatever the bound is taken for.
    bright = {"gentle": True, "baseline": 0.0, "brightness": 50.0}

    asked = Asked(checks, deconvolve)

    def ask(trace: Any, decay_frames: float = tau, **settings: float) -> Any:
        """What the student's function makes of a trace."""
        return asked(trace, decay_frames, None, **settings)

    def solved(decay_frames: float = tau, **options: Any) -> tuple[Any, Any]:
        """A trace, and what the student's function makes of it."""
        trace = known_trace(T, decay_frames, bound, checks.rng, **options).trace
        return trace, ask(trace, decay_frames, **settings)

    loose = {"noise_std": 1.0, "slack": 4.5}
    named = partial(named_by, checks, lambda: asked.mistake((None, loose)))

    with (
        checks(
            2,
            "returns the calcium as denoised, and its amplitudes G c, one per frame",
            hint="Which of the two decays between spikes, and which is zero there? And what is the amplitude of the first frame?",
            remedy="Deconvolution(denoised.value, amplitudes.value, ...), where amplitudes is G @ denoised: T numbers, the first c₀.",
        ),
        named(),
    ):
        for options in (bright, {"decay_frames": 4.0}):
            trace, result = solved(**options)
            decay_frames = options.get("decay_frames", tau)
            check_amplitudes(checks, result, trace, decay_frames, dark=options is not bright)

    with (
        checks(
            2,
            "lets the residual be as large as the bound: ‖y - c - b‖₂ = (1 + slack) σ √T",
            hint="Is your bound one on the norm, or on the sum of squares? How large is the norm of T frames of noise of σ, which is θ for a "
            "slack of zero? And does your residual hold the trace as it came, and the c and b that you return, with the signs of y - c - b?",
            remedy="norm(y - c - b) <= θ, or sum_squares(y - c - b) <= θ², with θ = (1 + slack) * noise_std * np.sqrt(T).",
        ),
        named(),
    ):
        for frames, extra in ((40, 0.3), (T, slack)):  # of few frames one more or less shows
            size = (1 + extra) * noise_std * frames**0.5
            trace = known_trace(frames, tau, size, checks.rng, brightness=50.0).trace
            fit = fit_of(checks, ask(trace, noise_std=noise_std, slack=extra), frames, tau)
            check_residual(checks, trace, fit, noise_std, extra)

    with (
        checks(
            3,
            "lets calcium fall only as fast as it decays",
            hint="May a trace that is never negative fall as fast as it likes? What is it that must not be negative?",
            remedy="The constraint is on G c: amplitudes >= 0, for all frames, the first too.",
        ),
        named(),
    ):
        fit = fit_of(checks, solved(brightness=50.0)[1], T, tau)
        check_falls(checks, fit, tau)

    with (
        checks(
            2,
            "makes the sum of all amplitudes as small as such a residual allows",
            hint="Is it the amplitudes that are to be few and small, or the calcium? Has every one of them its price, the first too?",
            remedy="Minimize cp.sum(amplitudes), or cp.norm1: all T of them, with the same weight.",
        ),
        named(),
    ):
        trace, result = solved(**bright)
        check_optimal(checks, fit_of(checks, result, T, tau), trace, tau)

    with (
        checks(
            2,
            "does so for spikes of any size and in any frame, above a baseline that is free and of either sign",
            hint="Is the baseline a variable, of either sign and free of charge? Is every amplitude, in the first and last frame too, "
            "constrained to be zero or more, and to nothing else?",
            remedy="b = cp.Variable() is in the residual y - c - b, and nowhere else; small amplitudes are as good as large ones.",
        ),
        named(),
    ):
        trace, result = solved()
        check_optimal(checks, fit_of(checks, result, T, tau), trace, tau)
        trace = noisy_trace(T, tau, checks.rng, noise_std, baseline=-6.0)
        ends_low = noisy_trace(T, tau, checks.rng, noise_std)
        ends_low[-1] -= 30.0
        for each in (trace, dipped_trace(T, tau, checks.rng), ends_low):
            result = ask(each, **settings)
            check_optimal(checks, fit_of(checks, result, T, tau), each, tau)

    with checks(
        4,
        "returns the multiplier η of the squared constraint",
        hint="Whose dual value did you take: of a constraint on the norm, or on its square? Asked for is how much the optimum changes when θ² "
        "grows by one: do you have that already, or is it to be converted? θ² grows 2θ times as fast as θ.",
        remedy="For sum_squares(...) <= θ**2 η is the dual value as it is; for norm(...) <= θ the dual value is ν, and η = ν / (2θ).",
        needs="makes the sum of all amplitudes as small as such a residual allows",
    ):
        trace, result = solved(**bright)
        fit = fit_of(checks, result, T, tau)
        eta = 1 / (2 * price_of(trace, fit, tau))
        checks.that(
            getattr(fit.multiplier, "shape", ()) != (T,),
            f"the multiplier has shape ({T},), expected one number",
            slip="it is the dual value of the constraint on the amplitudes, not on the residual",
        )
        found = number(checks, fit.multiplier, "multiplier")
        optimum = float(fit.amplitudes.sum())
        known = {} if checks.slips else slips.of_multiplier(eta, slack, noise_std, T, optimum)
        checks.close(found, eta, atol=0, rtol=1e-2, name="multiplier", looks_like=known)

    with checks(
        1,
        "leaves the trace as it was",
        hint="Whoever uses the trace next gets what your function wrote into it: the same, or one without its baseline?",
        remedy="`trace -= ...` writes into the caller's array: trace - ... makes a new one.",
        needs="lets calcium fall only as fast as it decays",
    ):
        trace = noisy_trace(60, tau, checks.rng)
        _, afterwards = checks.call(deconvolve, trace, tau)
        checks.equal(afterwards[0], trace, name="trace afterwards")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Traces that were made backwards, and noisy ones; the price of a spike is known."""
    checks = Checks("deconvolve_penalized", hidden_points=2)
    T, tau = 110, 9.0
    asked = Asked(checks, deconvolve_penalized)

    def ask(trace: Any, decay_frames: float, price: float, **options: float) -> Any:
        """What the student's function makes of a trace."""
        return asked(trace, decay_frames, price, penalty=price, **options)

    probes = ((5.0, {"penalty": 5.0}), (0.05, {"penalty": 0.05}))
    named = partial(named_by, checks, lambda: asked.mistake(*probes))

    with (
        checks(
            2,
            "returns calcium that falls only as fast as it decays, and its amplitudes G c",
            hint="What must not be negative, as before, and which frames have an amplitude? And if there is no spike at all: is the misfit a "
            "sum of squares?",
            remedy="The constraint is amplitudes >= 0, with amplitudes G @ denoised: T numbers, the first c₀.",
        ),
        named(),
    ):
        for decay_frames in (4.0, tau):
            known = known_trace(T, decay_frames, 11.0, checks.rng)
            result = ask(known.trace, decay_frames, known.price)
            check_amplitudes(checks, result, known.trace, decay_frames)
        fit = fit_of(checks, result, T, tau)
        check_falls(checks, fit, tau)
        checks.that(
            fit.multiplier is None or np.isnan(number(checks, fit.multiplier, "multiplier")),
            f"expected no multiplier, got {fit.multiplier!r}",
            slip="a multiplier is returned, though this problem has no bound",
        )
        ends_low = noisy_trace(T, tau, checks.rng)
        ends_low[-1] -= 30.0
        for trace in (dipped_trace(T, tau, checks.rng), ends_low):
            check_falls(checks, fit_of(checks, ask(trace, tau, 3.0), T, tau), tau)

    with (
        checks(
            3,
            "finds the minimum for σ = 1, for spikes of any size and in any frame",
            hint="What does each unit of amplitude cost, the first frame's too, and how much does the misfit gain from it: is the ½ there? "
            "Is the baseline free?",
            remedy="cp.sum_squares(y - c - b) / (2 * noise_std**2) + penalty * cp.sum(amplitudes), over c and b = cp.Variable().",
        ),
        named(),
    ):
        known = known_trace(T, tau, 12.0, checks.rng, brightness=10.0)
        fit = fit_of(checks, ask(known.trace, tau, known.price, noise_std=1.0), T, tau)
        checks.close(fit.baseline, known.baseline, atol=SOLVED, name="baseline")
        checks.close(fit.denoised, known.denoised, atol=SOLVED, name="denoised")
        trace = noisy_trace(T, tau, checks.rng, baseline=-3.0)
        fit = fit_of(checks, ask(trace, tau, 3.0, noise_std=1.0), T, tau)
        check_optimal(checks, fit, trace, tau, price=3.0)

    with checks(
        2,
        "weighs the misfit by the noise: for σ = 2 it counts a quarter of what it does for σ = 1",
        hint="What divides a squared residual in the logarithm of a Gaussian? And does the price depend on the noise?",
        remedy="The Gaussian's log density is -(y - c - b)² / (2σ²), with σ squared; λ is not divided by anything.",
    ):
        trace = noisy_trace(T, tau, checks.rng, noise_std=2.0, baseline=1.0)
        prices = [
            price_of(
                trace,
                fit_of(checks, deconvolve_penalized(trace, tau, 3.0, noise_std=s), T, tau),
                tau,
            )
            for s in (1.0, 2.0)
        ]
        checks.close(
            prices[1] / max(prices[0], 1e-9),
            4.0,
            atol=0.05,
            name="price of a spike for σ = 2, over that for σ = 1",
            looks_like={} if checks.slips else slips.OF_PRICE_OVER_NOISE,
        )

    with checks(
        1,
        "leaves the trace as it was",
        hint="The trace is the caller's, who may want to deconvolve it once more, at another price.",
        remedy="`trace -= ...` writes into the caller's array: trace - ... makes a new one.",
        needs="returns calcium that falls only as fast as it decays, and its amplitudes G c",
    ):
        trace = noisy_trace(60, tau, checks.rng)
        _, afterwards = checks.call(deconvolve_penalized, trace, tau, 2.0)
        checks.equal(afterwards[0], trace, name="trace afterwards")

    return checks
