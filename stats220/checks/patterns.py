"""What a wrong result has to do with the expected one, where that can be said in a few words.

"Max |difference| 3.1" tells a student that something is wrong; "each is -1 times what is expected" tells where to look. What is said is true
of the numbers and no more: it accuses nobody of anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from stats220.checks.forms import Array

MAX_SIZE = 1_000_000  # numbers; above, nothing is said
MIN_SIZE = 4  # below, too much fits by chance,
MIN_SPREAD = 10.0  # as it does where numbers are nearly as close to each other as is allowed: spread over tolerance
SIMPLE = [-1.0, *(float(n) for n in range(2, 101)), *(1 / n for n in range(2, 101))]

# From the words for it to what a student may have done to each number.
ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "the absolute value of what is expected": np.abs,
    "the square of what is expected": np.square,
    "the square root of what is expected": np.sqrt,
    "the exponential of what is expected": np.exp,
    "the logarithm of what is expected": np.log,
    "1 over what is expected": np.reciprocal,
    "1 minus what is expected": lambda x: 1 - x,
}


def pattern(got: Array, want: Array, allowed: Array) -> str:
    """How a wrong result differs as a whole, in words; empty where nothing simple is true of all of it.

    Parameters
    ----------
    got, want : ndarray of float
        The student's result and the expected one, of the same shape.
    allowed : ndarray of float
        By how much each number may be off, of that shape too.
    """
    if want.dtype.kind != "f" or want.size > MAX_SIZE:
        return ""
    allowed = np.nan_to_num(allowed)
    with np.errstate(all="ignore"):
        if want.ndim == 0:
            return _of_a_number(float(got), float(want))
        if want.size < MIN_SIZE or _spread(want) <= MIN_SPREAD * float(np.median(allowed)):
            return ""
        return (
            _first(_whole(got, want), got, allowed)
            or _where(got, want, allowed)
            or _first(_slice_by_slice(got, want, allowed), got, allowed)
        )


def _of_a_number(got: float, want: float) -> str:
    """A single number can be any multiple of another: only simple ones tell something."""
    if not (np.isfinite(got) and want):
        return ""
    nearest = min(SIMPLE, key=lambda factor: abs(got / want / factor - 1))
    return _times(nearest) if abs(got / want / nearest - 1) < 2e-5 else ""


def _times(factor: float) -> str:
    if 0 < factor < 1 and abs(1 / factor - round(1 / factor)) < 1e-6:
        return f"1/{round(1 / factor)} of what is expected"
    return f"{factor:.4g} times what is expected"


def _whole(got: Array, want: Array) -> Iterator[tuple[str, Array]]:
    """Words for a simple mistake, and what it would have made of the expected numbers; the likeliest first."""
    if not got.any():
        yield "all is 0", got
    factor = float(np.nansum(got * want) / np.nansum(want * want))
    yield f"each is {_times(factor)}", factor * want
    shift = float(_mean(got - want))
    yield f"each is {abs(shift):.4g} {'more' if shift > 0 else 'less'} than expected", want + shift
    if (want < 0).any():
        yield "0 stands where a number below zero is expected", np.maximum(want, 0)
    for words, function in ELEMENTWISE.items():
        yield f"each is {words}", function(want)
    for axis in range(want.ndim):
        along = f" along axis {axis}" if want.ndim > 1 else ""
        yield f"what is expected, in reverse order{along}", np.flip(want, axis)
    for first, second in combinations(range(want.ndim), 2):
        if want.shape[first] == want.shape[second]:
            exchanged = np.swapaxes(want, first, second)
            yield f"what is expected, with axes {first} and {second} exchanged", exchanged
    for axis in range(want.ndim):
        along = f" along axis {axis}" if want.ndim > 1 else ""
        for step, words in ((1, "later"), (-1, "earlier")):
            moved = np.roll(want, step, axis)
            # What comes in at the end is the student's own affair.
            end = (slice(None),) * axis + (0 if step > 0 else -1,)
            moved[end] = want[end]
            if want.shape[axis] >= MIN_SIZE and (moved != want).any():
                moved[end] = got[end]
                yield f"all stands one place {words} than expected{along}", moved
    several = len(np.unique(want)) > want.size // 2
    if several and np.array_equal(np.sort(got, None), np.sort(want, None)):
        yield "the expected numbers, in another order", got


def _slice_by_slice(got: Array, want: Array, allowed: Array) -> Iterator[tuple[str, Array]]:
    """Scaled or shifted as a whole, each index of an axis by itself: as a norm or a mean does that was or was not taken."""
    for axis in range(want.ndim if want.ndim > 1 else 0):
        others = tuple(other for other in range(want.ndim) if other != axis)
        parts = np.moveaxis(want, axis, 0)
        least = min(_spread(part) for part in parts)
        if parts[0].size < MIN_SIZE or least <= MIN_SPREAD * float(np.median(allowed)):
            continue
        each = f"another number for each index of axis {axis}"
        factors = np.nansum(got * want, others, keepdims=True)
        factors = factors / np.nansum(want * want, others, keepdims=True)
        yield f"what is expected, times {_range(factors)}, {each}", factors * want
        shifts = _mean(got - want, others)
        yield f"what is expected, plus {_range(shifts)}, {each}", want + shifts


def _where(got: Array, want: Array, allowed: Array) -> str:
    """Which numbers are off, where they have something in common that the others have not."""
    right = _close(got, want, allowed)
    wrong = ~right
    if not right.any():
        return ""
    for words, mask in (
        ("where a number below zero is expected", want < 0),
        ("where 0 is expected", want == 0),
        ("where 0 came out", got == 0),
    ):
        if (mask == wrong).all():
            return f"what is off is just {words}"
    for axis, length in enumerate(want.shape):
        others = tuple(other for other in range(want.ndim) if other != axis)
        off = np.flatnonzero(wrong.any(axis=others))
        along = f" of axis {axis}" if want.ndim > 1 else ""
        if length >= MIN_SIZE and len(off) == 1:
            place = {0: "the first place", length - 1: "the last place"}
            at = place.get(int(off[0]), f"index {off[0]}")
            return f"what is off is at {at}{along}, and nowhere else"
        if length >= MIN_SIZE and list(off) == [0, length - 1]:
            return f"what is off is at the first and the last place{along}, and nowhere else"
    return ""


def _close(got: Array, other: Array, allowed: Array) -> Array:
    """Where two arrays agree; NaN and infinity agree with themselves."""
    agree: Array = (np.abs(got - other) <= allowed) | (got == other)
    return agree | (np.isnan(got) & np.isnan(other))


def _first(known: Iterator[tuple[str, Array]], got: Array, allowed: Array) -> str:
    """The words for the first of these arrays that the result is; empty: none."""
    return next((words for words, other in known if _close(got, other, allowed).all()), "")


def _spread(values: Array) -> float:
    """Standard deviation of what is finite; 0 where nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.std()) if finite.size else 0.0


def _mean(values: Array, axes: tuple[int, ...] | None = None) -> Array:
    """The mean of what is not NaN, over some axes, which are kept, or over all."""
    count = (~np.isnan(values)).sum(axes, keepdims=axes is not None)
    mean: Array = np.nansum(values, axes, keepdims=axes is not None) / count
    return mean


def _range(values: Array) -> str:
    return f"{values.min():.4g} to {values.max():.4g}"
