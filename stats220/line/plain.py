"""What may cross between the checks and a student's code by value, and how much of it.

Only exact types cross: ``None``, numbers, strings, bytes, arrays, tensors, sparse matrices, dtypes, slices, and
lists, tuples and dicts of these. Subclasses of arrays and tensors (a ``Parameter``) cross as the plain thing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Protocol

import torch

from stats220.errors import Stats220Error

MAX_HEADER = 4 << 20  # bytes of text and structure
MAX_BYTES = 256 << 20  # of arrays and tensors
MAX_DEPTH = 24
MAX_ITEMS = 100_000
MAX_NDIM = 16
MAX_INT_BITS = 8192  # printed, that is still below Python's limit of 4300 digits
MAX_SPARSE_SIDE = 10**7  # a sparse matrix allocates one index a row, even when it is empty

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64", "complex64", "complex128")
NUMPY_DTYPES = ("bool", *INTEGERS, *FLOATS)
TORCH_DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name) for name in (*NUMPY_DTYPES, "bfloat16") if hasattr(torch, name)
}
SPARSE_FORMATS = ("csr", "csc", "coo")


class WireError(Stats220Error):
    """A value may not cross, or a frame is malformed."""


class Side(Protocol):
    """One end of the line: how it writes and reads what does not cross by value.

    Attributes
    ----------
    lands_on : str
        Device of the tensors that arrive here.
    ellipsis : object
        What ``...`` becomes when it arrives here.
    """

    lands_on: str
    ellipsis: object

    def refer(self, value: object) -> list[Any]:
        """Header entry, tag first, that stands for `value`. Raises `WireError` where there is none."""

    def resolve(self, tag: str, fields: list[Any]) -> object:
        """The object behind a header entry that `refer` of the other side wrote."""


@contextlib.contextmanager
def only_wire_errors(what: str) -> Iterator[None]:
    """Turn any failure in the block into a `WireError`."""
    try:
        yield
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"{what} ({type(error).__name__})") from None


def plain_text(text: str) -> str:
    """The text itself. Raises `WireError` for lone surrogates, which no UTF-8 can hold."""
    if not text.isascii():
        with only_wire_errors("a string with lone surrogates cannot be handed over"):
            text.encode("utf-8")
    return text


def is_key(key: object, depth: int = 0) -> bool:
    """Whether `key` may be a dict's key on the line: hashable, and with no way to make many of one hash."""
    kind = type(key)
    if isinstance(key, tuple) and kind is tuple:
        return depth < 4 and len(key) < 64 and all(is_key(item, depth + 1) for item in key)
    if isinstance(key, int) and kind is int:
        return -(2**63) <= key < 2**63
    return key is None or kind in (str, bool, float)
