"""Lab 3's checks of the coordinate ascent that joins the updates."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.calcium.doubles import (
    Rising,
    Script,
    background_of_all_pixels,
    background_of_brightest_pixel,
    flat_footprint,
    image_of_brightest_frame,
    no_background,
    row_of_brightest_pixel,
)
from stats220.checks.calcium.fixed_inputs import overlapping_neurons
from stats220.checks.diagnosis import named_by
from stats220.checks.fingerprints import mistake_of

NEURONS = (row_of_brightest_pixel, image_of_brightest_frame)
NEVER = {"tolerance": -1.0}  # with an objective that rises, no sweep gains so little


def unit(vector: Any) -> Any:
    """Scaled to unit norm."""
    return vector / np.linalg.norm(vector)


def off_zero(rng: np.random.Generator, size: int) -> Any:
    """Numbers of both signs, none near zero."""
    return rng.choice([-1, 1], size) * rng.uniform(0.5, 2, size)


@checked
def ascend(ascend: Any) -> Checks:
    """Scenes whose parts are found exactly, by updates so simple that what must come of them is known."""
    checks = Checks("ascend", hidden_points=2)

    def alone() -> tuple[Any, Any]:
        """A movie of nine pixels with one neuron in five of them, something else in the others, and a first footprint."""
        movie = np.zeros((9, 12))
        movie[2:7] = np.outer(off_zero(checks.rng, 5), off_zero(checks.rng, 12))
        movie[[0, 8]] = checks.rng.normal(size=(2, 12))
        first = np.zeros((1, 9))
        first[0, 2:7] = unit(checks.rng.uniform(0.5, 1, 5))
        return movie, first

    def parts(result: Any, num_neurons: int, movie: Any) -> tuple[Any, Any, Any, Any, Any]:
        """The five values, footprints and traces as arrays of their shapes."""
        footprints, traces, image, trace, history = checks.items(result, 5)
        P, T = movie.shape
        return (
            checks.array(footprints, (num_neurons, P), name="footprints"),
            checks.array(traces, (num_neurons, T), name="traces"),
            checks.array(image, (P,), name="background_footprint"),
            checks.array(trace, (T,), name="background_trace"),
            history,
        )

    def outcome() -> list[Any]:
        """What comes of three neurons that overlap, in three sweeps, the objective by what it has risen."""
        movie, footprints, behind = overlapping_neurons()
        doubles = (*NEURONS, background_of_all_pixels, checks.make(Rising))
        result = ascend(movie, footprints, behind, *doubles, max_sweeps=3, **NEVER)
        *found, history = parts(result, 3, movie)
        return [*found, np.ravel(history) - 1e6 * np.arange(np.size(history))]

    def which() -> str:
        """The known mistake in its steps that they tell."""
        found = outcome()
        background = mistake_of("calcium", "ascend, background", *found)
        return mistake_of("calcium", "ascend", *found) or background

    named = partial(named_by, checks, which)

    with (
        checks(
            3,
            "shows a neuron the residual with its own part added back, in its own pixels",
            hint="Once a neuron is explained, what is left of it in the residual? From what should its next update find it again? And is it the "
            "new footprint, with the new trace, that is taken off afterwards?",
            remedy="To residual[inside] add the outer product of the neuron's footprint, in these pixels, and its trace.",
        ),
        named(),
    ):
        movie, first = alone()
        result = ascend(
            movie,
            first,
            np.ones(9) / 3,
            *NEURONS,
            no_background,
            checks.make(Rising),
            max_sweeps=3,
            **NEVER,
        )
        footprints, traces, *_ = parts(result, 1, movie)
        expected = movie.copy()
        expected[[0, 8]] = 0
        checks.close(
            np.outer(footprints[0], traces[0]),
            expected,
            atol=1e-6,
            name="a neuron's part of the movie after three sweeps",
        )
        # A pixel that is dark after one sweep, and bright after the next: it stays one of the neuron's own.
        movie = checks.rng.uniform(1, 2, (9, 12))
        movie[3, 4], movie[5, 7] = 20.0, 40.0  # the frames that the two sweeps find brightest
        movie[5, 4], movie[4, 4] = 30.0, 0.0
        first = np.zeros((1, 9))
        first[0, 2:7] = unit(np.array([0.5, 2.0, 0.6, 0.7, 0.4]))
        doubles = (*NEURONS, no_background, checks.make(Rising))
        result = ascend(movie, first, np.ones(9) / 3, *doubles, max_sweeps=2, **NEVER)
        footprints, *_ = parts(result, 1, movie)
        expected = np.zeros(9)
        expected[2:7] = unit(movie[2:7, 7])
        name = "footprint after two sweeps, of which the first leaves a pixel of it dark"
        lost = np.zeros(9)
        lost[2:7] = np.where(movie[2:7, 4] == 0, 0, movie[2:7, 7])
        known = {"a pixel that was dark once is none of the neuron's any more": unit(lost)}
        checks.close(footprints[0], expected, atol=1e-6, name=name, looks_like=known)

    with (
        checks(
            2,
            "finds first the trace, from the footprint as it is, then the footprint, from the new trace",
            hint="At the start there are footprints, and no traces. What can be updated first, and what is up to date then?",
            remedy="traces[k] comes from update_trace with the footprint as it is, then footprints[k, inside] from update_footprint with "
            "this traces[k]; both see with_neuron.",
        ),
        named(),
    ):
        movie = checks.rng.normal(size=(6, 8))
        first = unit(checks.rng.uniform(0.1, 1, 6))[None]
        brightest = int(np.argmax(first))
        movie[brightest, 5] = 9.0  # the new trace is largest in this frame
        result = ascend(
            movie,
            first,
            np.ones(6),
            *NEURONS,
            no_background,
            checks.make(Rising),
            max_sweeps=1,
            **NEVER,
        )
        footprints, traces, *_ = parts(result, 1, movie)
        trace = movie[brightest] / first[0, brightest]
        checks.close(traces[0], trace, atol=1e-6, name="trace after one sweep")
        checks.close(footprints[0], unit(movie[:, 5]), atol=1e-6, name="footprint after one sweep")

    with (
        checks(
            2,
            "leaves to each neuron what those before it have not explained, in the order of their numbers",
            hint="When neuron 1 is updated, does the residual know already what neuron 0 has become? Which neuron is first?",
            remedy="residual[inside] becomes with_neuron less the outer product of the new footprint and the new trace, before the next "
            "neuron.",
        ),
        named(),
    ):
        movie, first = alone()
        # Both neurons could explain what is there; the first has its very shape.
        second = np.zeros((1, 9))
        second[0, 3:8] = unit(np.array([0.6, 1.5, 0.8, 0.7, 0.3]))
        start = np.concatenate([unit(movie[:, [3]].T * (first > 0)), second])
        result = ascend(
            movie,
            start,
            np.ones(9),
            *NEURONS,
            no_background,
            checks.make(Rising),
            max_sweeps=1,
            **NEVER,
        )
        footprints, traces, *_, history = parts(result, 2, movie)
        left = movie - np.outer(footprints[0], traces[0])
        own, negative = left[2:7], start[0, 2:7] < 0
        off = np.abs(own).max(axis=1) > 1e-6
        is_split = off.any() and not off.all() and len(set(zip(off, negative, strict=True))) == 2
        message = (
            "neuron 0 is explained in some of its pixels alone: those in which its first footprint is of one sign. All in which it is not "
            "zero are the neuron's, and may be negative"
        )
        checks.that(not is_split, message)
        checks.close(own, np.zeros((5, 12)), atol=1e-6, name="what neuron 0 leaves of its own")
        seen = int(np.argmax(np.abs(second[0])))
        checks.close(
            traces[1],
            left[seen] / second[0, seen],
            atol=1e-6,
            name="trace of neuron 1, which comes later",
        )
        left -= np.outer(footprints[1], traces[1])
        checks.close(
            history,
            [-np.sum(movie**2), 1e6 - np.sum(left**2)],
            atol=1e-6,
            rtol=1e-9,
            name="objective, which sees the residual as it is after the sweep",
        )

    with (
        checks(
            2,
            "updates the background in the same way, after the neurons, in every sweep",
            hint="When is it the background's turn, and how often? What must its update see: the residual as it is, or with the background's "
            "own part? And what is in the residual afterwards?",
            remedy="Below the loop over neurons: add_outer with the old part, update_background, add_outer with minus the new part.",
        ),
        named(),
    ):
        movie = checks.rng.normal(size=(6, 8))
        behind = unit(np.array([0.3, 0.4, 2.0, 0.5, 0.6, 0.2]))
        first = np.zeros((1, 6))
        first[0, 1:5] = unit(np.array([0.5, 0.6, 1.2, 0.4]))
        sums = []
        for sweeps in (1, 2):
            result = ascend(
                *(
                    movie,
                    first,
                    behind,
                    *(row_of_brightest_pixel, flat_footprint),
                    background_of_brightest_pixel,
                    checks.make(Rising),
                ),
                max_sweeps=sweeps,
                **NEVER,
            )
            footprints, traces, image, trace, _ = parts(result, 1, movie)
            left = movie - np.outer(footprints[0], traces[0]) - np.outer(image, trace)
            sums.append(left[2])
        # It takes all that is left in its brightest pixel: nothing is left there, if it comes last.
        checks.close(
            np.stack(sums),
            np.zeros((2, 8)),
            atol=1e-6,
            name="what is left in the background's brightest pixel after one and two sweeps",
        )
        # Of three neurons that overlap; mistakes in their own steps are those of other checks.
        slip = mistake_of("calcium", "ascend, background", *outcome())
        message = "three neurons that overlap on a background end up otherwise"
        checks.that(not slip, message, slip=slip)

    with checks(
        2,
        "stops as soon as a sweep gains no more than `tolerance` of what all have gained, or after max_sweeps",
        hint="Compared with what is a sweep's gain small: with nothing, the objective, the last gain, or all gains so far, that of the "
        "first sweep among them? May the first sweep be the last? And where a sweep loses, is that a large gain, or no gain at all?",
        remedy="The last gain, history[-1] - history[-2], against tolerance times history[-1] - history[0].",
    ):
        movie, first = alone()
        base = checks.rng.uniform(-2000, -1000)
        rising = [base + gain for gain in (0.0, 10.0, 15.0, 15.4, 15.41, 15.411, 15.4111)]
        growing = [base + gain for gain in (0.0, 2.0, 12.0, 12.25, 12.33, 12.36)]
        staying, falling = [base, *[base + 10] * 3], [base, base + 10, base + 4, base + 8, base + 9]
        # What is asked with which tolerance and how many sweeps at most, and how many values of it there are.
        settings = [
            *(
                (rising, 0.03, 6, 4),
                (rising, 0.03, 2, 3),
                (rising, 0.4, 6, 3),
                (rising, 1e-5, 4, 5),
            ),
            *((rising, 1.0, 6, 2), (rising, 1.5, 6, 2), (growing, 0.03, 5, 4)),
            *((staying, 0.0, 3, 3), (falling, 0.1, 4, 3)),
        ]
        found, histories = [], []
        for said, tolerance, sweeps, _ in settings:
            result = ascend(
                *(movie, first, np.ones(9), *NEURONS, no_background, checks.make(Script, said)),
                max_sweeps=sweeps,
                tolerance=tolerance,
            )
            history = parts(result, 1, movie)[-1]
            found.append(len(history))
            histories.append(history)
        slip = mistake_of("calcium", "ascend, when it stops", np.array(found))
        for i, (said, tolerance, sweeps, expected) in enumerate(settings):
            gains = ", ".join(f"{gain:.4g}" for gain in np.diff(said[:5]))
            name = f"number of values of the objective, for tolerance {tolerance:g}, at most {sweeps} sweeps and gains of {gains},"
            checks.equal(found[i], expected, name=name, looks_like={slip: found[i]} if slip else {})
            checks.close(histories[i], said[:expected], atol=1e-6, name="objective")

    with checks(
        1,
        "leaves the movie and the first footprints as they were",
        hint="The residual starts as the movie, and the footprints as the first ones: each as a copy, or as the same array?",
        remedy="residual = movie.copy() and footprints = footprints.copy(), as given.",
        needs="shows a neuron the residual with its own part added back, in its own pixels",
    ):
        movie, first = alone()
        behind = np.ones(9)
        doubles = (*NEURONS, background_of_brightest_pixel, checks.make(Rising))
        _, afterwards = checks.call(ascend, movie, first, behind, *doubles, max_sweeps=2, **NEVER)
        checks.equal(afterwards[0], movie, name="movie afterwards")
        checks.equal(afterwards[1], first, name="footprints afterwards")
        checks.equal(afterwards[2], behind, name="background_footprint afterwards")

    return checks
