"""Lab 3's checks of the deconvolution that needs no solver."""

from __future__ import annotations

from functools import partial
from typing import Any

from stats220.checks import Checks, checked
from stats220.checks.calcium.fixed_inputs import PENALTY, TAU, traces_of_pools
from stats220.checks.calcium.inputs import jumps_of, known_trace, noisy_trace, numbers
from stats220.checks.calcium.optimal import Fit, check_optimal
from stats220.checks.diagnosis import named_by
from stats220.checks.fingerprints import mistake_of


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Traces that were made backwards, without baseline, and noisy ones; answers are exact to rounding."""
    checks = Checks("deconvolve_fast", hidden_points=3)

    def which() -> str:
        """The known mistake that two traces tell on which all of them differ."""
        found = []
        for trace in traces_of_pools():
            c = deconvolve_fast(trace, TAU, PENALTY)
            shape = getattr(c, "shape", ())  # a frame or a pool may be missing
            found.append(numbers(checks, c, shape if shape < trace.shape else trace.shape, "c"))
        rough = mistake_of("calcium", "deconvolve_fast, roughly", *found, tolerance=1e-3)
        return mistake_of("calcium", "deconvolve_fast", *found) or rough

    named = partial(named_by, checks, which)

    with (
        checks(
            2,
            "copies a trace that needs no deconvolution, and is zero for a penalty that no spike is worth",
            hint="For λ = 0, what is the best fit to a trace that decays already: are its pools in order, and how often has one of l frames "
            "decayed when the next one starts? What may a height never be? And if only late digits are off: is your answer worked out, or "
            "does a solver stop near it?",
            remedy="Set negative heights to zero at the end, after all merging; and subtract λ's share, nothing else.",
        ),
        named(),
    ):
        clean = known_trace(40, 4.0, 1.0, checks.rng, baseline=None).denoised
        found = deconvolve_fast(trace=clean, decay_frames=4.0, penalty=0.0)
        checks.close(checks.array(found, (40,), name="c"), clean, atol=1e-9, name="c for λ = 0")
        checks.close(deconvolve_fast(clean, 4.0, 80.0), 0 * clean, atol=1e-9, name="c for λ = 80")

    with (
        checks(
            3,
            "finds the optimum, exact to rounding",
            hint="To what has a pool of l frames decayed when the next one starts, and what must be looked at again after a merge? How do frames weigh in a pool's best height, "
            "and after how many of a merged pool does its second part begin? What does λ ‖Gc‖₁ cost each c_t, and do all cost the same?",
            remedy="Merge backwards while h₁ e^(-l₁/τ) > h₂, with heights Σ gⁱ yᵢ / Σ g²ⁱ; each c_t costs λ (1 - e^(-1/τ)), the last one λ.",
        ),
        named(),
    ):
        for tau in (9.0, 3.0):
            known = known_trace(150, tau, 14.0, checks.rng, baseline=None)
            found = deconvolve_fast(known.trace, tau, known.price)
            checks.close(found, known.denoised, atol=1e-8, name="c")

    with (
        checks(
            3,
            "finds it for noisy traces too, where many small jumps are in order and many are not",
            hint="A pool of l frames that starts at h: at what height does the next frame find it? And when may heights be set to zero?",
            remedy="After l frames it has decayed l times, to h e^(-l/τ). Negative heights become zero at the end, after all merging.",
        ),
        named(),
    ):
        for tau, penalty in ((9.0, 2.0), (2.0, 0.5), (20.0, 6.0)):
            trace = noisy_trace(200, tau, checks.rng, baseline=checks.rng.choice([-1.0, 0.5]))
            c = checks.array(deconvolve_fast(trace, tau, penalty), (200,), name="c")
            fit = Fit(c, jumps_of(c, tau), 0.0, None)
            check_optimal(checks, fit, trace, tau, price=penalty, exact=True)

    with checks(
        1,
        "leaves the trace as it was",
        hint="Whoever uses the trace next gets it with the penalty taken off.",
        remedy="Subtract the penalty from a copy: trace - ..., never trace -= ....",
        needs="finds the optimum, exact to rounding",
    ):
        trace = noisy_trace(60, 6.0, checks.rng)
        _, afterwards = checks.call(deconvolve_fast, trace, 6.0, 2.0)
        checks.equal(afterwards[0], trace, name="trace afterwards")

    return checks
