"""Compare a student's value with the expected one; say how far off it is, and where.

Each function returns nothing when all is well and raises `CheckFailed`, with a message for the student, when it is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks.forms import (
    SEQUENCES,
    Array,
    check_there,
    describe,
    is_numeric,
    same_shape,
    shape_of,
)
from stats220.checks.patterns import pattern
from stats220.line.failures import CheckFailed, NotAttempted
from stats220.line.proxy import Nothing

# From a known mistake, as the clause after "this is what comes out if", to the value that it gives in place of the expected one.
Slips = Mapping[str, Any]


def close(
    actual: Any,
    expected: Any,
    *,
    atol: float,
    rtol: float = 0.0,
    name: str = "result",
    nan_equal: bool = False,
    looks_like: Slips | None = None,
) -> None:
    """Same shape, and nowhere further apart than ``atol + rtol * abs(expected)``.

    Parameters
    ----------
    actual, expected
        Tensors, arrays, sparse matrices, numbers, or nested lists of numbers. Dtypes may differ.
    atol, rtol
        Absolute and relative tolerance.
    name
        What the message calls it.
    nan_equal
        Whether NaN equals NaN. Else NaN equals nothing, whatever was expected.
    looks_like
        Known mistakes, each with the value that it gives, within the same tolerance: the failure names the first one that it is.

    Raises
    ------
    CheckFailed
        They differ, or `actual` is no array of numbers, or one of truth values or complex numbers where others are expected.
    NotAttempted
        `actual` is ``None`` or ``...``.
    """
    options: dict[str, Any] = {"name": name, "nan_equal": nan_equal, "atol": atol, "rtol": rtol}
    with _naming(looks_like, lambda slip: _close(actual, slip, **options)):
        _close(actual, expected, **options)


def equal(
    actual: Any,
    expected: Any,
    *,
    name: str = "result",
    nan_equal: bool = False,
    looks_like: Slips | None = None,
) -> None:
    """Equal exactly: numbers and arrays by value and shape, text, and lists, tuples and dicts of these.

    A list equals a tuple with the same items, an array the nested list of its numbers. Raises, and names mistakes, like `close`.
    """
    with _naming(looks_like, lambda slip: _equal(actual, slip, name, nan_equal=nan_equal)):
        _equal(actual, expected, name, nan_equal=nan_equal)


@contextmanager
def _naming(slips: Slips | None, is_it: Callable[[Any], None]) -> Iterator[None]:
    """Let a failure say which known mistake it is: the first whose value `is_it` lets pass."""
    try:
        yield
    except CheckFailed as failure:
        for slip, value in (slips or {}).items():
            try:
                is_it(value)
            except (CheckFailed, NotAttempted):
                continue
            raise CheckFailed(str(failure), slip=slip) from failure
        raise


def _close(
    actual: Any, expected: Any, *, name: str, nan_equal: bool, atol: float, rtol: float
) -> None:
    numbers, wanted = _numbers(actual, name, expected)
    if numbers.dtype.kind == "b" and wanted.dtype.kind in "fc":
        raise CheckFailed(f"{name} is {describe(actual)}: true and false, expected numbers")
    got, want = _floats(numbers), _floats(wanted)
    with np.errstate(all="ignore"):
        same = got == want  # inf equals inf
        if nan_equal:
            same |= np.isnan(got) & np.isnan(want)
        difference = np.where(same, 0.0, np.abs(got - want))
        # Where inf is expected, a relative tolerance would allow everything.
        allowed = np.where(np.isinf(want), 0.0, atol + rtol * np.abs(want))
        wrong = ~same & ~(difference <= allowed)
    if not wrong.any():
        return
    if not nan_equal:
        _no_nan(got, want, name)
    if (found := np.isnan(want) & wrong).any():
        where = _first(found)
        message = f"{name} is {_number(got[where])}{_at(where)}, expected NaN"
        raise CheckFailed(message + _how_many(found, "such"))
    tolerance = f"tolerance {atol:g}" + (f" + {rtol:g} × |expected|" if rtol else "")
    for found, what in ((np.isnan(got) & wrong, "NaN"), (np.isinf(got) & wrong, "infinite")):
        if found.any():
            where = _first(found)
            message = f"{name} is {what}{_at(where)}, expected {_number(want[where])}"
            raise CheckFailed(message + _how_many(found, "such"))
    worst = np.unravel_index(
        np.argmax(np.where(wrong, np.nan_to_num(difference, nan=np.inf), -1.0)), got.shape
    )
    all_in_all = _with_semicolon(pattern(got, want, np.broadcast_to(allowed, want.shape)))
    if got.ndim == 0:
        raise CheckFailed(
            f"{name} is {_number(got[worst], want[worst])}, expected {_number(want[worst], got[worst])} ({tolerance}){all_in_all}"
        )
    raise CheckFailed(
        f"{name}: max |difference| {_number(difference[worst])}{_at(worst)}: got {_number(got[worst], want[worst])}, "
        f"expected {_number(want[worst], got[worst])} ({tolerance}){_how_many(wrong, 'off')}{all_in_all}"
    )


def _equal(actual: Any, expected: Any, name: str, *, nan_equal: bool) -> None:
    if expected is None:
        if actual is not None and not (type(actual) is Nothing and actual._stats220_value is None):
            raise CheckFailed(f"{name} is {describe(actual)}, expected None")
        return
    check_there(actual, name)
    both_int = type(expected) is int and type(actual) is int  # of any size
    is_nested = type(expected) in SEQUENCES and is_numeric(actual)
    if type(expected) is dict:
        _equal_dicts(actual, expected, name, nan_equal=nan_equal)
    elif type(expected) in SEQUENCES and type(actual) in SEQUENCES:
        if len(actual) != len(expected):
            raise CheckFailed(f"{name} has {len(actual)} items, expected {len(expected)}")
        for i, (got, want) in enumerate(zip(actual, expected, strict=True)):
            _equal(got, want, f"{name}[{i}]", nan_equal=nan_equal)
    elif not both_int and (is_numeric(expected) or is_nested):
        _equal_numbers(actual, expected, name, nan_equal=nan_equal)
    elif type(actual) is not type(expected) or actual != expected:
        raise CheckFailed(f"{name} is {describe(actual)}, expected {describe(expected)}")


def _numbers(value: Any, name: str, expected: Any) -> tuple[Array, Array]:
    """Both as arrays of numbers, the student's only after its shape has been found to be the expected one."""
    check_there(value, name)
    want, found = _to_array(expected), shape_of(value)
    if found is None:
        odd = " that make no array of numbers" if type(value) in SEQUENCES else ""
        raise CheckFailed(f"{name} is {describe(value)}{odd}, expected {describe(expected)}")
    same_shape(found, want.shape, name)
    got = _to_array(value)
    if got.dtype.kind == "c" and want.dtype.kind != "c":
        raise CheckFailed(f"{name} is {describe(value)}: complex, expected {describe(expected)}")
    return got, want


def _to_array(value: Any) -> Array:
    if hasattr(value, "tocoo"):
        return np.asarray(value.toarray())
    if type(value) in SEQUENCES:
        parts = [_to_array(item) for item in value]
        return np.stack(parts) if parts else np.zeros(0)
    if type(value) is int and not -(2**63) <= value < 2**64:
        return np.asarray(math.inf if value.bit_length() > 1000 else float(value))
    return to_numpy(value)


def _floats(array: Array) -> Array:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _equal_numbers(actual: Any, expected: Any, name: str, *, nan_equal: bool) -> None:
    got, want = _numbers(actual, name, expected)
    wrong = got != want
    if nan_equal:
        wrong &= ~(np.isnan(got) & np.isnan(want))
    if wrong.any():
        if not nan_equal:
            _no_nan(got, want, name)
        where = _first(wrong)
        got_text, want_text = _number(got[where], want[where]), _number(want[where], got[where])
        all_in_all = _with_semicolon(pattern(_floats(got), _floats(want), np.zeros(want.shape)))
        raise CheckFailed(
            f"{name} is {got_text}{_at(where)}, expected {want_text}{_how_many(wrong, 'wrong')}{all_in_all}"
        )


def _equal_dicts(actual: Any, expected: dict[Any, Any], name: str, *, nan_equal: bool) -> None:
    if type(actual) is not dict:
        raise CheckFailed(f"{name} is {describe(actual)}, expected a dict")
    if actual.keys() != expected.keys():
        keys = ", ".join(map(repr, list(actual)[:8]))
        wanted = ", ".join(map(repr, list(expected)[:8]))
        raise CheckFailed(
            f"{name} has the keys {keys[:160] or '(none)'}, expected {wanted[:160] or '(none)'}"
        )
    for key, want in expected.items():
        _equal(actual[key], want, f"{name}[{key!r}]", nan_equal=nan_equal)


def _no_nan(got: Array, want: Array, name: str) -> None:
    """Where NaN came and was expected, though no NaN is right."""
    if (found := np.isnan(got) & np.isnan(want)).any():
        raise CheckFailed(f"{name} is NaN{_at(_first(found))}: no NaN is right here")


def _first(mask: Array) -> tuple[Any, ...]:
    return tuple(np.unravel_index(np.argmax(mask), mask.shape))


def _at(where: Sequence[Any]) -> str:
    return f" at {tuple(int(i) for i in where)}" if len(where) else ""


def _how_many(mask: Array, what: str) -> str:
    count = int(mask.sum())
    return f"; {count} of {mask.size} entries {what}" if count > 1 else ""


def _with_semicolon(words: str) -> str:
    return f"; {words}" if words else ""


def _number(value: Any, other: Any = None) -> str:
    """Six digits, or all of them where six do not tell the two apart."""
    short = f"{value:.6g}"
    return short if other is None or short != f"{other:.6g}" or value == other else f"{value:.17g}"
