"""What comes of the known mistakes in lab 3's coordinate ascent: in its steps, and in when it stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from stats220.checks.calcium.doubles import (
    Rising,
    background_of_all_pixels,
    image_of_brightest_frame,
    row_of_brightest_pixel,
)
from stats220.checks.calcium.inputs import Array


@dataclass(frozen=True)
class Steps:
    """How a coordinate ascent goes: as it should, or otherwise.

    Each is a function of what is there at that step: the residual in a neuron's pixels, the neuron's part before its update, and
    its new footprint and trace, or as much of that as there is by then.
    """

    shown: Callable[[Array, Array, Array], Array] = lambda left, part, movie: left + part
    shown_to_trace: Callable[[Array, Array], Array] | None = None  # (left, part)
    shown_to_footprint: Callable[[Array, Array, Array], Array] | None = None  # (left, part, new)
    rest: Callable[[Array, Array, Array, Array, Array], Array] = (  # (left, shown, part, new, mix)
        lambda left, shown, part, new, mix: shown - new
    )
    footprint_first: bool = False
    old_trace: bool = False
    footprints_stay: bool = False
    traces_stay: bool = False
    all_pixels: bool = False
    positive_pixels: bool = False
    backwards: bool = False
    at_once: bool = False
    background: str = "last"  # or "first", "each", "never", "once"
    background_added: float = 1.0
    background_taken: float = 1.0
    background_rest_of_old: bool = False
    background_footprint_stays: bool = False
    asked_before_background: bool = False


def go_through(
    movie: Array, footprints: Array, behind: Array, sweeps: int, steps: Steps
) -> list[Array]:
    """A coordinate ascent by these steps: footprints, traces, the background's, and the objective."""
    footprints, residual = footprints.copy(), movie.copy()
    traces = np.zeros((len(footprints), movie.shape[1]))
    pixels = [np.flatnonzero(f > 0 if steps.positive_pixels else f) for f in footprints]
    if steps.all_pixels:
        pixels = [np.arange(len(movie))] * len(footprints)
    image, trace = background_of_all_pixels(residual, behind)
    residual -= np.outer(image, trace)
    objective = Rising()
    history = [objective(residual, traces, trace)]

    def update_background() -> None:
        nonlocal image, trace, residual
        old = np.outer(image, trace)
        residual = residual + steps.background_added * old
        new_image, trace = background_of_all_pixels(residual, image)
        if not steps.background_footprint_stays:
            image = new_image
        new = old if steps.background_rest_of_old else np.outer(image, trace)
        residual = residual - steps.background_taken * new

    for sweep in range(sweeps):
        if steps.background == "first":
            update_background()
        start = residual.copy()
        order = list(enumerate(pixels))
        for k, inside in reversed(order) if steps.backwards else order:
            left = (start if steps.at_once else residual)[inside]
            part = np.outer(footprints[k, inside], traces[k])
            shown = steps.shown(left, part, movie[inside])
            old_footprint, old_trace = footprints[k, inside].copy(), traces[k].copy()
            if steps.footprint_first:
                footprints[k, inside] = image_of_brightest_frame(shown, traces[k])
            if not steps.traces_stay or sweep == 0:
                to_trace = steps.shown_to_trace
                seen = shown if to_trace is None else to_trace(left, part)
                traces[k] = row_of_brightest_pixel(seen, footprints[k, inside])
            mix = np.outer(old_footprint, traces[k])
            if not steps.footprint_first and not steps.footprints_stay:
                to = steps.shown_to_footprint
                seen = shown if to is None else to(left, part, mix)
                along = old_trace if steps.old_trace else traces[k]
                footprints[k, inside] = image_of_brightest_frame(seen, along)
            new = np.outer(footprints[k, inside], traces[k])
            rest = steps.rest(left, shown, part, new, mix)
            residual[inside] = residual[inside] + rest - left if steps.at_once else rest
            if steps.background == "each":
                update_background()
        if steps.asked_before_background:
            history.append(objective(residual, traces, trace))
        if steps.background == "last" or (steps.background == "once" and sweep == 0):
            update_background()
        if not steps.asked_before_background:
            history.append(objective(residual, traces, trace))
    counted = np.array(history) - 1e6 * np.arange(len(history))
    return [footprints, traces, image, trace, counted]


RIGHT = Steps()
MISTAKES = {
    "a neuron's own part is not added back before its update": replace(
        RIGHT, shown=lambda left, part, movie: left
    ),
    "a neuron's own part is taken away once more before its update, not added back": replace(
        RIGHT, shown=lambda left, part, movie: left - part
    ),
    "a neuron is shown the movie, with all others and the background in it": replace(
        RIGHT, shown=lambda left, part, movie: movie
    ),
    "the footprint is updated before the trace": replace(RIGHT, footprint_first=True),
    "the footprint goes along with the trace from before its update": replace(
        RIGHT, old_trace=True
    ),
    "the trace's update does not see the neuron's own part": replace(
        RIGHT, shown_to_trace=lambda left, part: left
    ),
    "the footprint's update does not see the neuron's own part": replace(
        RIGHT, shown_to_footprint=lambda left, part, mix: left
    ),
    "the part of the old footprint and the new trace is taken away before the footprint's update": replace(
        RIGHT, shown_to_footprint=lambda left, part, mix: left + part - mix
    ),
    "a neuron's new part is not taken away again": replace(
        RIGHT, rest=lambda left, shown, part, new, mix: shown
    ),
    "the residual stays as it was before a neuron's update: its old part is away, not its new one": replace(
        RIGHT, rest=lambda left, shown, part, new, mix: left
    ),
    "a neuron's new part is taken away, and its old one is still away, too": replace(
        RIGHT, rest=lambda left, shown, part, new, mix: left - new
    ),
    "a neuron's new part is added, not taken away": replace(
        RIGHT, rest=lambda left, shown, part, new, mix: shown + new
    ),
    "what is taken away is the old footprint with the new trace": replace(
        RIGHT, rest=lambda left, shown, part, new, mix: shown - mix
    ),
    "footprints are never updated": replace(RIGHT, footprints_stay=True),
    "traces are updated in the first sweep alone": replace(RIGHT, traces_stay=True),
    "a neuron may grow into all pixels": replace(RIGHT, all_pixels=True),
    "a neuron's pixels are those in which its first footprint is above zero": replace(
        RIGHT, positive_pixels=True
    ),
    "the last neuron comes first": replace(RIGHT, backwards=True),
    "all neurons of a sweep are shown the residual from before it": replace(RIGHT, at_once=True),
    "the background's own part is not added back before its update": replace(
        RIGHT, background_added=0.0
    ),
    "the background's own part is taken away once more before its update, not added back": replace(
        RIGHT, background_added=-1.0
    ),
    "the background's new part is not taken away again": replace(RIGHT, background_taken=0.0),
    "the background's new part is added, not taken away": replace(RIGHT, background_taken=-1.0),
    "what is taken away is the background's old part, not its new one": replace(
        RIGHT, background_rest_of_old=True
    ),
    "the background is not updated, or from the movie with all neurons in it": replace(
        RIGHT, background="never"
    ),
    "the background is updated in the first sweep alone": replace(RIGHT, background="once"),
    "the background is updated before the neurons": replace(RIGHT, background="first"),
    "the background is updated after each neuron": replace(RIGHT, background="each"),
    "the background's footprint is never updated": replace(RIGHT, background_footprint_stays=True),
    "the objective is asked before the background's update": replace(
        RIGHT, asked_before_background=True
    ),
}

BACKGROUND = [
    slip
    for slip, steps in MISTAKES.items()
    if any(
        getattr(steps, field.name) != getattr(RIGHT, field.name)
        for field in fields(Steps)
        if "background" in field.name
    )
]


def of_steps(movie: Array, footprints: Array, behind: Array, sweeps: int) -> dict[str, list[Array]]:
    """Of a coordinate ascent with the updates of ``checks.calcium.doubles``: all that comes back, the objective by what it has risen."""

    def after(sweeps: int, steps: Steps = RIGHT) -> list[Array]:
        return go_through(movie, footprints, behind, sweeps, steps)

    *right, history = after(sweeps)
    return {slip: after(sweeps, steps) for slip, steps in MISTAKES.items()} | {
        "there is a sweep less than `max_sweeps`": after(sweeps - 1),
        "there is a sweep more than `max_sweeps`": after(sweeps + 1),
        "the objective from before the first sweep is not among those that come back": [
            *right,
            history[1:],
        ],
    }


# When a sweep is the last, from the objective so far and the tolerance.
STOPS: dict[str, Callable[[Sequence[float], float], bool]] = {
    "": lambda said, share: said[-1] - said[-2] <= share * (said[-1] - said[0]),
    "`tolerance` is compared with the gain itself": lambda said, share: (
        said[-1] - said[-2] <= share
    ),
    "`tolerance` is compared with the gain itself, and a loss does not stop": lambda said, share: (
        0 <= said[-1] - said[-2] < share
    ),
    "`tolerance` is compared with the gain itself, and one that is just as large is followed by another": lambda said, share: (
        said[-1] - said[-2] < share
    ),
    "`tolerance` is compared with the size of the gain itself": lambda said, share: (
        abs(said[-1] - said[-2]) <= share
    ),
    "a gain is compared with the one before it": lambda said, share: (
        len(said) > 2 and said[-1] - said[-2] <= share * (said[-2] - said[-3])
    ),
    "a gain is compared with the objective": lambda said, share: (
        said[-1] - said[-2] <= share * abs(said[-1])
    ),
    "the first sweep's gain does not count among all gains": lambda said, share: (
        len(said) > 2 and said[-1] - said[-2] <= share * (said[-1] - said[1])
    ),
    "a sweep's gain is compared with that of the sweeps before it, its own not among them": lambda said, share: (
        said[-1] - said[-2] <= share * (said[-2] - said[0])
    ),
    "a gain is compared with that of the first sweep, not of all": lambda said, share: (
        said[-1] - said[-2] <= share * (said[1] - said[0])
    ),
    "a gain is compared with the objective, and one that is just as large is followed by another": lambda said, share: (
        said[-1] - said[-2] < share * abs(said[-2])
    ),
    "a gain is compared with the first objective": lambda said, share: (
        said[-1] - said[-2] <= share * abs(said[0])
    ),
    "a gain is compared with the objective, whose sign is below zero": lambda said, share: (
        said[-1] - said[-2] <= share * said[-1]
    ),
    "a gain is compared with the mean of all gains": lambda said, share: (
        said[-1] - said[-2] <= share * (said[-1] - said[0]) / (len(said) - 1)
    ),
    "a gain is compared with the largest one": lambda said, share: (
        said[-1] - said[-2] <= share * max(np.diff(said))
    ),
    "it stops after the first sweep, whatever it gains: is a gain what comes after less what was before": lambda said, share: (
        True
    ),
    "it stops where a gain is large, not small": lambda said, share: (
        said[-1] - said[-2] >= share * (said[-1] - said[0])
    ),
    "it stops where a sweep gains nothing, whatever the tolerance": lambda said, share: (
        said[-1] <= said[-2]
    ),
    "what all sweeps have gained is compared, not what the last one has": lambda said, share: (
        said[-1] - said[0] <= share * abs(said[0])
    ),
    "the first sweep is never the last, whatever it gains": lambda said, share: (
        len(said) > 2 and STOPS[""](said, share)
    ),
    "a sweep that gains just `tolerance` of all is followed by another": lambda said, share: (
        said[-1] - said[-2] < share * (said[-1] - said[0])
    ),
    "a sweep that loses counts as one that gains": lambda said, share: (
        abs(said[-1] - said[-2]) <= share * abs(said[-1] - said[0])
    ),
    "a sweep's gain is looked at when the next one is over": lambda said, share: (
        len(said) > 2 and STOPS[""](said[:-1], share)
    ),
    "no sweep is the last before `max_sweeps`": lambda said, share: False,
}


def lengths(settings: Sequence[tuple[Sequence[float], float, int]]) -> dict[str, list[int]]:
    """How many values the objective has, for what it says, the tolerance and the most sweeps, by each rule; the first rule is right."""

    def length(stop: Callable[[Sequence[float], float], bool], setting: Any) -> int:
        said, tolerance, max_sweeps = setting
        sweeps = range(1, max_sweeps + 1)
        return 1 + next((n for n in sweeps if stop(said[: n + 1], tolerance)), max_sweeps)

    known = {slip: [length(stop, setting) for setting in settings] for slip, stop in STOPS.items()}
    known[
        "one value of the objective, the first or the last, is not among those that come back"
    ] = [count - 1 for count in known[""]]
    known["where it stops early, the last sweep's objective is not among those that come back"] = [
        count - (count <= sweeps) for count, (_, _, sweeps) in zip(known[""], settings, strict=True)
    ]
    return known


def of_stops() -> dict[str, list[int]]:
    """How many values the objective has in each setting of the check of when it stops."""
    base = -1500.0
    rising = [base + gain for gain in (0.0, 10.0, 15.0, 15.4, 15.41, 15.411, 15.4111)]
    growing = [base + gain for gain in (0.0, 2.0, 12.0, 12.25, 12.33, 12.36)]
    staying, falling = [base, *[base + 10] * 3], [base, base + 10, base + 4, base + 8, base + 9]
    known = lengths(
        [
            *((rising, 0.03, 6), (rising, 0.03, 2), (rising, 0.4, 6), (rising, 1e-5, 4)),
            *((rising, 1.0, 6), (rising, 1.5, 6), (growing, 0.03, 5)),
            *((staying, 0.0, 3), (falling, 0.1, 4)),
        ]
    )
    return {slip: counts for slip, counts in known.items() if slip}
