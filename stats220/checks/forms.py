"""The form of a student's value: its type, shape and dtype, looked at as plain numbers before anything is computed with it.

Each function raises `CheckFailed`, with a message for the student, when the form is another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stats220.line.failures import CheckFailed, NotAttempted, UnexpectedObject
from stats220.line.proxy import Nothing, Proxy, raise_not_attempted, type_name

Array = np.ndarray[Any, np.dtype[Any]]

SEQUENCES = (list, tuple, torch.Size)
NUMBERS = (bool, int, float, complex)


def shape(actual: Any, expected: Sequence[int], *, name: str = "result") -> None:
    """An array, tensor or nested list of that shape."""
    check_there(actual, name)
    found = shape_of(actual)
    if found is None:
        raise CheckFailed(
            f"{name} is {_odd(actual)}, expected an array of shape {_plain(expected)}"
        )
    same_shape(found, expected, name)


def dtype(actual: Any, expected: Any, *, name: str = "result") -> None:
    """An array or tensor of that dtype, torch's or NumPy's or its name."""
    check_there(actual, name)
    want = dtype_name(expected)
    if not isinstance(actual, (torch.Tensor, np.ndarray, np.generic)):
        raise CheckFailed(
            f"{name} is {describe(actual)}, expected an array or tensor of dtype {want}"
        )
    found = dtype_name(actual.dtype)
    if found != want:
        raise CheckFailed(f"{name} has dtype {found}, expected {want}")


def tensor(
    actual: Any, shape: Sequence[int], dtype: torch.dtype | None, *, name: str = "result"
) -> torch.Tensor:
    """A tensor of that shape and dtype, ``None`` for any; returns it."""
    check_there(actual, name)
    fits = type(actual) is torch.Tensor and dtype in (None, actual.dtype)
    if not fits or shape_of(actual) != _plain(shape):
        kind = "" if dtype is None else f" and dtype {dtype_name(dtype)}"
        message = f"{name} is {_odd(actual)}, expected a tensor of shape {_plain(shape)}{kind}"
        raise CheckFailed(message, says_all=shape_of(actual) == _plain(shape))
    found: torch.Tensor = actual
    return found


def array(actual: Any, shape: Sequence[int], dtype: Any = None, *, name: str = "result") -> Array:
    """A NumPy array of that shape and dtype, ``None`` for any; returns it."""
    check_there(actual, name)
    fits = type(actual) is np.ndarray and (dtype is None or actual.dtype == np.dtype(dtype))
    if not fits or shape_of(actual) != _plain(shape):
        kind = "" if dtype is None else f" and dtype {dtype_name(dtype)}"
        message = f"{name} is {_odd(actual)}, expected a NumPy array of shape {_plain(shape)}{kind}"
        raise CheckFailed(message, says_all=shape_of(actual) == _plain(shape))
    found: Array = actual
    return found


def number(actual: Any, *, name: str = "result") -> float:
    """One real number: a Python or NumPy number, or an array or tensor of shape ``()``; returns it."""
    check_there(actual, name)
    if shape_of(actual) != () or kind_of(actual) not in "iuf":
        raise CheckFailed(f"{name} is {_odd(actual)}, expected one number")
    return float(actual)


def items(actual: Any, count: int, *, name: str = "result") -> tuple[Any, ...]:
    """So many values: a tuple, a list, or an object that unpacks, as NamedTuples and dataclasses do; returns them."""
    check_there(actual, name)
    if type(actual) is Proxy or type(actual) in SEQUENCES:
        found = tuple(actual)
    else:
        raise CheckFailed(f"{name} is {describe(actual)}, expected {count} values")
    if len(found) != count:
        raise CheckFailed(f"{name} has {len(found)} values, expected {count}")
    return found


def record(actual: Any, kind: str, *, name: str = "result") -> None:
    """An object with parts of its own, as a NamedTuple or a dataclass has, and no plain tuple or array of these."""
    check_there(actual, name)
    if is_data(actual):
        raise CheckFailed(f"{name} is {describe(actual)}, expected a {kind}", says_all=True)


def truth(condition: Any, message: str, *, slip: str = "") -> None:
    """One true value. Raises `CheckFailed` with the message when it is false, or no single truth value."""
    check_there(condition, "the condition")
    single = type(condition) in (bool, np.bool_)
    if isinstance(condition, (torch.Tensor, np.ndarray)):
        single = kind_of(condition) == "b" and shape_of(condition) in ((), (1,))
    if not single:
        raise UnexpectedObject(f"true or false was expected here, not {describe(condition)}")
    if not bool(condition):
        raise CheckFailed(message, slip=slip)


def describe(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        kind = "a tensor" if isinstance(value, torch.Tensor) else "an array"
        return f"{kind} of shape {tuple(value.shape)} and dtype {dtype_name(value.dtype)}"
    if value is None or type(value) in (*NUMBERS, str, bytes):
        text = repr(value) if not isinstance(value, int) or abs(value) < 10**80 else "a huge number"
        return text if len(text) <= 80 else text[:77] + "..."
    sized = f" of {len(value)} items" if type(value) in (list, tuple, dict) else ""
    return type_name(value) + sized


def dtype_name(dtype: Any) -> str:
    """The name of a dtype, torch's or NumPy's, or the name itself."""
    if isinstance(dtype, (torch.dtype, str)):
        return str(dtype).removeprefix("torch.")
    return str(np.dtype(dtype).name) if np.dtype(dtype).kind in "biufc" else str(np.dtype(dtype))


def check_there(value: Any, name: str) -> None:
    """Raise `NotAttempted` for what a stub returns."""
    if type(value) is Nothing:
        raise_not_attempted(value)
    if value is None or value is Ellipsis:
        raise NotAttempted(f"{name} is {'None' if value is None else '...'}")


def is_numeric(value: Any) -> bool:
    """A number, array, tensor or sparse matrix, whatever it holds."""
    if type(value) is Proxy:
        return False
    known = (*NUMBERS, np.generic, np.ndarray, torch.Tensor)
    return isinstance(value, known) or hasattr(value, "tocoo")


def is_data(value: Any) -> bool:
    """Numbers, arrays, text, ``None``, and lists, tuples and dicts of these: what can be compared."""
    if type(value) in SEQUENCES or type(value) is dict:
        return all(map(is_data, value.values() if type(value) is dict else value))
    return value is None or type(value) is str or is_numeric(value)


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of an array, number or nested list of these, without making an array of it; ``None`` of anything else."""
    if type(value) in SEQUENCES:
        shapes = {shape_of(item) for item in value} if len(value) else {()}
        first = shapes.pop()
        return None if shapes or first is None else (len(value), *first)
    if not is_numeric(value) or kind_of(value) not in "biufc":
        return None
    return () if type(value) in NUMBERS else tuple(int(size) for size in value.shape)


def same_shape(found: Sequence[int], expected: Sequence[int], name: str) -> None:
    """Raise `CheckFailed` unless both are the same plain numbers."""
    if _plain(found) != _plain(expected):
        raise CheckFailed(f"{name} has shape {_plain(found)}, expected {_plain(expected)}")


def kind_of(value: Any) -> str:
    """NumPy's letter for the kind of what an array, tensor or number holds: "b", "i", "u", "f", "c"; others hold no numbers."""
    if isinstance(value, torch.Tensor):
        if value.is_complex() or value.is_floating_point():
            return "c" if value.is_complex() else "f"
        return "b" if value.dtype == torch.bool else "i"
    if type(value) in NUMBERS:
        return "bifc"[NUMBERS.index(type(value))]
    return str(getattr(getattr(value, "dtype", None), "kind", "O"))


def _plain(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(size) for size in shape)


def _odd(value: Any) -> str:
    """What a value of another form is, in a few words."""
    no_array = type(value) in SEQUENCES and shape_of(value) is None
    return describe(value) + (" that make no array of numbers" if no_array else "")
