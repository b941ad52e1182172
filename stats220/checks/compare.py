"""Compare a student's value with the expected one; say how far off it is, and where.

Each function returns nothing when all is well and raises `CheckFailed`, with a message for the student, when it is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stats220.arrays import to_numpy
from stats220.line.failures import CheckFailed, NotAttempted
from stats220.line.proxy import Nothing, Proxy, raise_not_attempted, type_name

Array = np.ndarray[Any, np.dtype[Any]]

SEQUENCES = (list, tuple, torch.Size)
MAX_DENSE = 50_000_000  # numbers


def close(
    actual: Any, expected: Any, *, atol: float, rtol: float = 0.0, name: str = "result"
) -> None:
    """Same shape, and nowhere further apart than ``atol + rtol * abs(expected)``; NaN only equals NaN.

    Parameters
    ----------
    actual, expected
        Tensors, arrays, sparse matrices, numbers, or nested lists of numbers. Dtypes may differ.
    atol, rtol
        Absolute and relative tolerance.
    name
        What the message calls it.

    Raises
    ------
    CheckFailed
        They differ, or `actual` is no array of numbers.
    NotAttempted
        `actual` is ``None`` or ``...``.
    """
    got, want = _floats(_numbers(actual, name, expected)), _floats(_numbers(expected, "expected"))
    _same_shape(got, want, name)
    with np.errstate(all="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))  # inf equals inf, NaN equals NaN
        difference = np.where(same, 0.0, np.abs(got - want))
        # Where inf is expected, a relative tolerance would allow everything.
        allowed = np.where(np.isinf(want), 0.0, atol + rtol * np.abs(want))
        wrong = ~same & ~(difference <= allowed)
    if not wrong.any():
        return
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
    if got.ndim == 0:
        raise CheckFailed(
            f"{name} is {_number(got[worst], want[worst])}, expected {_number(want[worst], got[worst])} ({tolerance})"
        )
    raise CheckFailed(
        f"{name}: max |difference| {_number(difference[worst])}{_at(worst)}: got {_number(got[worst], want[worst])}, "
        f"expected {_number(want[worst], got[worst])} ({tolerance}){_how_many(wrong, 'off')}"
    )


def equal(actual: Any, expected: Any, *, name: str = "result") -> None:
    """Equal exactly: numbers and arrays by value and shape, text, and lists, tuples and dicts of these.

    A list equals a tuple with the same items, an array the nested list of its numbers. Raises like `close`.
    """
    if expected is None:
        if actual is not None and not (type(actual) is Nothing and actual._stats220_value is None):
            raise CheckFailed(f"{name} is {describe(actual)}, expected None")
        return
    _check_there(actual, name)
    both_int = type(expected) is int and type(actual) is int  # of any size
    is_nested = type(expected) in SEQUENCES and _is_numeric(actual)
    if type(expected) is dict:
        _equal_dicts(actual, expected, name)
    elif type(expected) in SEQUENCES and type(actual) in SEQUENCES:
        if len(actual) != len(expected):
            raise CheckFailed(f"{name} has {len(actual)} items, expected {len(expected)}")
        for i, (got, want) in enumerate(zip(actual, expected, strict=True)):
            equal(got, want, name=f"{name}[{i}]")
    elif not both_int and (_is_numeric(expected) or is_nested):
        _equal_numbers(_numbers(actual, name, expected), _numbers(expected, "expected"), name)
    elif type(actual) is not type(expected) or actual != expected:
        raise CheckFailed(f"{name} is {describe(actual)}, expected {describe(expected)}")


def shape(actual: Any, expected: Sequence[int], *, name: str = "result") -> None:
    """An array, tensor or nested list of that shape. Raises like `close`."""
    _check_there(actual, name)
    if type(actual) in (torch.Tensor, np.ndarray):
        found = tuple(actual.shape)
    else:
        found = _numbers(actual, name).shape
    if found != tuple(expected):
        raise CheckFailed(f"{name} has shape {found}, expected {tuple(expected)}")


def dtype(actual: Any, expected: Any, *, name: str = "result") -> None:
    """An array or tensor of that dtype, torch's or NumPy's or its name. Raises like `close`."""
    _check_there(actual, name)
    want = (
        str(expected).removeprefix("torch.")
        if isinstance(expected, (torch.dtype, str))
        else np.dtype(expected).name
    )
    if not isinstance(actual, (torch.Tensor, np.ndarray, np.generic)):
        raise CheckFailed(
            f"{name} is {describe(actual)}, expected an array or tensor of dtype {want}"
        )
    found = str(actual.dtype).removeprefix("torch.")
    if found != want:
        raise CheckFailed(f"{name} has dtype {found}, expected {want}")


def truth(condition: Any, message: str) -> None:
    """One true value. Raises `CheckFailed` with the message when it is false, or no single truth value."""
    _check_there(condition, "the condition")
    single = type(condition) in (bool, np.bool_)
    if isinstance(condition, (torch.Tensor, np.ndarray)):
        single = condition.dtype in (torch.bool, np.dtype(bool)) and tuple(condition.shape) in (
            (),
            (1,),
        )
    if not single:
        raise TypeError(f"true or false was expected here, not {describe(condition)}")
    if not bool(condition):
        raise CheckFailed(message)


def describe(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        kind = "a tensor" if isinstance(value, torch.Tensor) else "an array"
        return f"{kind} of shape {tuple(value.shape)} and dtype {str(value.dtype).removeprefix('torch.')}"
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        text = repr(value)
        return text if len(text) <= 80 else text[:77] + "..."
    sized = f" of {len(value)} items" if type(value) in (list, tuple, dict) else ""
    return type_name(value) + sized


def _check_there(value: Any, name: str) -> None:
    if type(value) is Nothing:
        raise_not_attempted(value)
    if value is None or value is Ellipsis:
        raise NotAttempted(f"{name} is {'None' if value is None else '...'}")


def _is_numeric(value: Any) -> bool:
    return isinstance(
        value, (bool, int, float, complex, np.generic, np.ndarray, torch.Tensor)
    ) or hasattr(value, "tocoo")


def _numbers(value: Any, name: str, like: Any = None) -> Array:
    """As an array of numbers."""
    _check_there(value, name)
    array = None
    if type(value) is not Proxy and (_is_numeric(value) or type(value) in SEQUENCES):
        array = _to_array(value)
    if array is None or array.dtype.kind not in "biufc":
        wanted = "an array of numbers" if like is None else describe(like)
        odd = " that make no array of numbers" if type(value) in SEQUENCES else ""
        raise CheckFailed(f"{name} is {describe(value)}{odd}, expected {wanted}")
    return array


def _to_array(value: Any) -> Array | None:
    """`None` where the items of a nested list do not fit together, or a sparse matrix is too large to fill in."""
    if hasattr(value, "tocoo"):
        return np.asarray(value.toarray()) if math.prod(value.shape) <= MAX_DENSE else None
    if type(value) in SEQUENCES:
        nested = [type(item) in SEQUENCES or _is_numeric(item) for item in value]
        parts = [_to_array(item) for item in value] if all(nested) else [None]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts) or len({part.shape for part in known}) > 1:
            return None
        return np.stack(known) if known else np.zeros(0)
    if type(value) is int and not -(2**63) <= value < 2**64:
        return np.asarray(float(value)) if value.bit_length() < 1000 else None
    return to_numpy(value)


def _floats(array: Array) -> Array:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _same_shape(got: Array, want: Array, name: str) -> None:
    if got.shape != want.shape:
        raise CheckFailed(f"{name} has shape {got.shape}, expected {want.shape}")


def _equal_numbers(got: Array, want: Array, name: str) -> None:
    _same_shape(got, want, name)
    wrong = (got != want) & ~(np.isnan(got) & np.isnan(want))
    if wrong.any():
        where = _first(wrong)
        got_text, want_text = _number(got[where], want[where]), _number(want[where], got[where])
        raise CheckFailed(
            f"{name} is {got_text}{_at(where)}, expected {want_text}{_how_many(wrong, 'wrong')}"
        )


def _equal_dicts(actual: Any, expected: dict[Any, Any], name: str) -> None:
    if type(actual) is not dict:
        raise CheckFailed(f"{name} is {describe(actual)}, expected a dict")
    if actual.keys() != expected.keys():
        keys = ", ".join(map(repr, list(actual)[:8]))
        wanted = ", ".join(map(repr, list(expected)[:8]))
        raise CheckFailed(
            f"{name} has the keys {keys[:160] or '(none)'}, expected {wanted[:160] or '(none)'}"
        )
    for key, want in expected.items():
        equal(actual[key], want, name=f"{name}[{key!r}]")


def _first(mask: Array) -> tuple[Any, ...]:
    return tuple(np.unravel_index(np.argmax(mask), mask.shape))


def _at(where: Sequence[Any]) -> str:
    return f" at {tuple(int(i) for i in where)}" if len(where) else ""


def _how_many(mask: Array, what: str) -> str:
    count = int(mask.sum())
    return f"; {count} of {mask.size} entries {what}" if count > 1 else ""


def _number(value: Any, other: Any = None) -> str:
    """Six digits, or all of them where six do not tell the two apart."""
    short = f"{value:.6g}"
    return short if other is None or short != f"{other:.6g}" or value == other else f"{value:.17g}"
