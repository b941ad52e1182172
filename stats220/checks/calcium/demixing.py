"""Lab 3's checks of the updates that demix a movie."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium import update_slips
from stats220.checks.calcium.inputs import numbers
from stats220.checks.calcium.update_slips import direction


def planted(footprint: Any, trace: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Two movies (num_pixels, num_frames) of one neuron and noise: noise that the footprint does not see, and noise that the trace does not."""
    disturbance = rng.normal(size=(len(footprint), len(trace)))
    unseen = disturbance - np.outer(footprint, footprint @ disturbance) / (footprint @ footprint)
    unlike = disturbance - np.outer(disturbance @ trace, trace) / (trace @ trace)
    neuron = np.outer(footprint, trace)
    return neuron + unseen, neuron + unlike


def footprint_like(num_pixels: int, rng: np.random.Generator, shift: float = 0.5) -> Any:
    """A footprint of unit norm, most of it positive; with a shift below zero, most of it negative."""
    footprint = shift + rng.normal(size=num_pixels)
    return footprint / np.linalg.norm(footprint)


@checked
def update_trace(update_trace: Any) -> Checks:
    """A neuron planted in noise that its footprint does not see."""
    checks = Checks("update_trace", hidden_points=2)

    def scene(shift: float = 0.5) -> tuple[Any, Any, Any]:
        """A movie, its neuron's footprint and trace."""
        footprint, trace = footprint_like(30, checks.rng, shift), 3 * checks.rng.normal(size=40)
        return planted(footprint, trace, checks.rng)[0], footprint, trace

    with checks(
        2,
        "weighs each pixel by the footprint, and adds up",
        hint="Which pixels tell most about this neuron, and what do pixels tell where the footprint is below zero? May a trace be "
        "negative before `denoise` has seen it, and is that the function which was handed in?",
        remedy="One number per frame, the sum over pixels of footprint times residual: footprint @ residual_with_neuron.",
    ):
        movie, footprint, trace = scene()
        nothing_to_do = checks.make(partial, np.multiply, 1.0)
        found = update_trace(residual_with_neuron=movie, footprint=footprint, denoise=nothing_to_do)
        found = checks.array(found, (40,), name="trace")
        checks.close(
            direction(found),
            direction(trace),
            atol=1e-4,
            name="trace over its norm, where denoise changes nothing",
            looks_like=update_slips.of_trace(movie, footprint, trace),
        )

    with checks(
        1,
        "has the scale of the projection uᵀR",
        hint="The footprint has unit norm. Is there anything left to divide by?",
        remedy="footprint @ residual_with_neuron: a sum, not a mean.",
        needs="weighs each pixel by the footprint, and adds up",
    ):
        for shift in (0.5, -0.5):
            movie, footprint, trace = scene(shift)
            found = update_trace(movie, footprint, checks.make(partial, np.multiply, 1.0))
            known = update_slips.of_scale(footprint, trace)
            checks.close(
                found,
                trace,
                atol=1e-4,
                name="trace, where denoise changes nothing",
                looks_like=known,
            )

    with checks(
        2,
        "returns what `denoise` makes of it",
        hint="Who chooses the deconvolution here, and what is to be deconvolved, once: each pixel, or what the footprint sees of them all? "
        "Is anything left to do to what comes back?",
        remedy="return denoise(target): call the function that is handed in, once, with the projection, and return what comes back.",
    ):
        movie, footprint, trace = scene()
        answer = checks.rng.normal(size=40)
        answers = checks.make(partial, np.where, np.ones(40, bool), answer)
        found = update_trace(movie, footprint, answers)
        checks.close(
            found,
            answer,
            atol=1e-6,
            name="trace, where denoise gives the same whatever it is asked",
            looks_like=update_slips.of_denoised(footprint, trace, answer),
        )
        same, more = (
            numbers(
                checks, update_trace(movie, footprint, checks.make(partial, np.add, extra)), (40,)
            )
            for extra in (0.0, 1.0)
        )
        checks.close(
            more - same,
            np.ones(40),
            atol=1e-4,
            name="by how much the trace grows where denoise adds 1",
            looks_like={
                "`denoise` is called twice": np.full(40, 2.0),
                "each pixel is denoised, before the footprint adds them up": np.full(
                    40, footprint.sum()
                ),
            },
        )

    with checks(
        1,
        "leaves the movie and the footprint as they were",
        hint="All updates after this one start from the residual that you leave behind: is it still the one that came in?",
        remedy="`*=` and `-=` on an argument write into the caller's array: make new ones.",
        needs="weighs each pixel by the footprint, and adds up",
    ):
        movie, footprint, _ = scene()
        _, afterwards = checks.call(
            update_trace, movie, footprint, checks.make(partial, np.add, 1.0)
        )
        checks.equal(afterwards[0], movie, name="residual_with_neuron afterwards")
        checks.equal(afterwards[1], footprint, name="footprint afterwards")

    return checks


@checked
def update_footprint(update_footprint: Any) -> Checks:
    """A neuron planted in noise that its trace does not see."""
    checks = Checks("update_footprint", hidden_points=1)

    def scene(footprint: Any) -> tuple[Any, Any]:
        """A movie with that footprint, and its trace."""
        trace = 1 + 3 * checks.rng.normal(size=40)
        return planted(footprint, trace, checks.rng)[1], trace

    def check_shape(found: Any, footprint: Any, movie: Any, trace: Any) -> None:
        """The same up to a positive scale."""
        checks.close(
            direction(numbers(checks, found, footprint.shape, "footprint")),
            footprint,
            atol=1e-4,
            name="footprint over its norm",
            looks_like=update_slips.of_footprint(movie, footprint, trace),
        )

    with checks(
        2,
        "finds how well each pixel goes along with the trace",
        hint="Multiply ‖R - u cᵀ‖² out: which vector does u meet in it, and which sum over frames is each of its entries?",
        remedy="Pixel by pixel, the sum over frames of residual times trace: residual_with_neuron @ trace.",
    ):
        footprint = np.abs(footprint_like(30, checks.rng))
        movie, trace = scene(footprint)
        found = update_footprint(residual_with_neuron=movie, trace=trace)
        check_shape(checks.array(found, (30,), name="footprint"), footprint, movie, trace)

    with checks(
        2,
        "keeps the sign of every pixel, though their sum be negative",
        hint="May a footprint of this model be negative somewhere? What do your last lines do to a footprint whose sum is below zero, and "
        "is what they divide by always positive?",
        remedy="Nothing is clipped, no absolute value taken, and the norm that divides is positive.",
    ):
        footprint = footprint_like(30, checks.rng, -0.5)
        movie, trace = scene(footprint)
        check_shape(update_footprint(movie, trace), footprint, movie, trace)

    with checks(
        2,
        "has unit L2 norm",
        hint="What has to be one: the largest pixel, the sum, or the sum of squares?",
        remedy="weights / np.linalg.norm(weights).",
    ):
        for scale in (0.01, 100.0):
            movie, trace = scene(footprint_like(30, checks.rng))
            found = numbers(checks, update_footprint(movie, scale * trace), (30,), "footprint")
            known = update_slips.of_norm(movie, scale * trace)
            checks.close(
                np.sqrt(np.sum(found**2)),
                1.0,
                atol=0,
                rtol=1e-4,
                name="norm",
                looks_like=known,
            )

    with checks(
        1,
        "leaves the movie and the trace as they were",
        hint="The footprint's update is shown the same residual as the trace's before it, and leaves it to the next: is it as it was?",
        remedy="`*=`, `/=` and `-=` on an argument, or out=, write into the caller's array: make new ones.",
        needs="finds how well each pixel goes along with the trace",
    ):
        movie, trace = scene(footprint_like(30, checks.rng))
        _, afterwards = checks.call(update_footprint, movie, trace)
        checks.equal(afterwards[0], movie, name="residual_with_neuron afterwards")
        checks.equal(afterwards[1], trace, name="trace afterwards")

    return checks


def ridge_trace(residual: Any, footprint: Any, trace_variance: float, noise_std: float) -> Any:
    """The most probable background trace, by least squares: the prior is one more pixel, which saw 0 with noise of its own."""
    design = np.append(footprint / noise_std, 1 / np.sqrt(trace_variance))[:, None]
    seen = np.vstack([residual / noise_std, np.zeros(residual.shape[1])])
    return np.linalg.lstsq(design, seen, rcond=None)[0][0]


def least_squares_footprint(residual: Any, trace: Any) -> Any:
    """The footprint by least squares, scaled to unit norm."""
    footprint = np.linalg.lstsq(trace[:, None], residual.T, rcond=None)[0][0]
    return footprint / np.linalg.norm(footprint)


@checked
def update_background(update_background: Any) -> Checks:
    """Background and prior, compared with least squares."""
    checks = Checks("update_background", hidden_points=2)
    P, T = 25, 35
    variance, noise_std = 6.0, 2.0

    def scene() -> tuple[Any, Any]:
        """A movie whose background goes up and down through zero, and a first footprint."""
        trace = 0.5 + 4 * checks.rng.normal(size=T)
        movie = np.outer(footprint_like(P, checks.rng, 1.0), trace)
        return movie + 0.3 * checks.rng.normal(size=(P, T)), footprint_like(P, checks.rng, 1.0)

    def sorted_out(result: Any) -> tuple[Any, Any]:
        """Footprint and trace, whichever came first: their order is looked at by itself."""
        first, second = checks.items(result, 2)
        return (second, first) if getattr(first, "shape", None) == (T,) else (first, second)

    with checks(
        1,
        "returns two arrays, first the footprint, then the trace",
        hint="Which of the two has one number per pixel?",
        remedy="return new_footprint, trace.",
    ):
        footprint, trace = checks.items(
            update_background(*scene(), trace_variance=variance, noise_std=noise_std), 2
        )
        checks.array(footprint, (P,), name="footprint")
        checks.array(trace, (T,), name="trace")

    with checks(
        3,
        "shrinks the projection toward zero, by ς² / (ς² + σ²)",
        hint="Which of the two arguments is a variance already, and are both in your line? Which footprint is the trace the projection "
        "onto, the one that was handed in or the new one? And may a background's trace be negative?",
        remedy="For ς² = 6 and σ = 2 it shrinks to 6 / (6 + 2²) = 0.6 of footprint @ residual_with_background.",
    ):
        for prior, noise in ((variance, noise_std), (0.4, 0.5)):
            movie, footprint = scene()
            found = sorted_out(update_background(movie, footprint, prior, noise))[1]
            expected = ridge_trace(movie, footprint, prior, noise)
            known = update_slips.of_background_trace(movie, footprint, prior, noise)
            checks.close(found, expected, atol=1e-3, name="trace", looks_like=known)

    with checks(
        3,
        "finds the footprint for the new trace, with unit norm",
        hint="Which trace does the footprint go along with, and what has to be one?",
        remedy="As for a neuron, with the trace just found: weights = residual @ trace, then weights / np.linalg.norm(weights).",
    ):
        for sign in (1, -1):  # a background's footprint may be negative, too, even in sum
            movie, footprint = scene()
            footprint = sign * footprint
            found, _ = sorted_out(update_background(movie, footprint, variance, noise_std))
            # Whatever its scale, the new trace has the shape of the projection.
            expected = least_squares_footprint(movie, footprint @ movie)
            right = ridge_trace(movie, footprint, variance, noise_std)
            known = update_slips.of_background_footprint(
                expected, footprint, movie, right, variance / (variance + noise_std**2)
            )
            checks.close(found, expected, atol=1e-4, name="footprint", looks_like=known)

    with checks(
        1,
        "leaves the movie and the footprint as they were",
        hint="The footprint that was handed in belongs to the caller, and so does the movie.",
        remedy="`footprint /= ...` and `footprint[:] = ...` write into the caller's array: give the new one a name of its own.",
        needs="finds the footprint for the new trace, with unit norm",
    ):
        movie, footprint = scene()
        _, afterwards = checks.call(update_background, movie, footprint, variance, noise_std)
        checks.equal(afterwards[0], movie, name="residual_with_background afterwards")
        checks.equal(afterwards[1], footprint, name="footprint afterwards")

    return checks
