"""From a frame's header and buffers to a value, trusting neither."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from stats220.line.plain import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_ITEMS,
    MAX_NDIM,
    MAX_SPARSE_SIDE,
    NUMPY_DTYPES,
    SPARSE_FORMATS,
    TORCH_DTYPES,
    Side,
    WireError,
    is_key,
    plain_text,
)


class Decoder:
    """Turns a header tree and its buffers into a value, trusting neither."""

    def __init__(self, side: Side, data: memoryview) -> None:
        self.side, self.data = side, data
        self.offset = 0
        self.items = 0
        self.readers: dict[str, Callable[[list[Any], int], Any]] = {
            "list": lambda fields, depth: [self.tree(item, depth + 1) for item in fields],
            "tuple": lambda fields, depth: tuple([self.tree(item, depth + 1) for item in fields]),
            "dict": self._dict,
            "int": self._int,
            "float": lambda fields, depth: float(_strings(fields, 1)[0]),
            "complex": lambda fields, depth: complex(*map(float, _strings(fields, 2))),
            "str": lambda fields, depth: plain_text(_strings(fields, 1)[0]),
            "bytes": lambda fields, depth: bytes(self._buffer(*fields)),
            "slice": self._slice,
            "ellipsis": lambda fields, depth: self.side.ellipsis,
            "torch_dtype": lambda fields, depth: TORCH_DTYPES[fields[0]],
            "numpy_dtype": lambda fields, depth: _numpy_dtype(fields[0]),
            "array": lambda fields, depth: self._array(fields),
            "scalar": lambda fields, depth: self._array(fields)[()],
            "tensor": self._tensor,
            "sparse": self._sparse,
        }

    def tree(self, entry: Any, depth: int = 0) -> Any:
        """The value of a header entry."""
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise WireError("malformed frame: too deep, or too many items")
        kind = type(entry)
        if entry is None or kind in (bool, float):
            return entry
        if kind is str:
            return plain_text(entry)
        if kind is int and -(2**63) <= entry < 2**63:
            return entry
        if kind is not list or not entry or type(entry[0]) is not str:
            raise WireError("malformed frame: no such entry")
        tag, fields = entry[0], entry[1:]
        reader = self.readers.get(tag)
        return reader(fields, depth) if reader else self.side.resolve(tag, fields)

    def _int(self, fields: list[Any], depth: int) -> int:
        (text,) = _strings(fields, 1)
        if len(text) > MAX_INT_BITS // 4 + 4:
            raise WireError("malformed frame: huge integer")
        return int(text, 16)

    def _dict(self, fields: list[Any], depth: int) -> dict[Any, Any]:
        values = {}
        for pair in fields:
            key_entry, value_entry = pair
            key = self.tree(key_entry, depth + 1)
            if not is_key(key):
                raise WireError("malformed frame: no such key")
            values[key] = self.tree(value_entry, depth + 1)
        return values

    def _slice(self, fields: list[Any], depth: int) -> slice:
        start, stop, step = (self.tree(item, depth + 1) for item in fields)
        return slice(start, stop, step)

    def _buffer(self, size: Any, expected: int | None = None) -> memoryview:
        end = self.offset + _size(size)
        if end > len(self.data) or (expected is not None and size != expected):
            raise WireError("malformed frame: buffer size")
        start, self.offset = self.offset, end
        return self.data[start:end]

    def _array(self, fields: list[Any]) -> np.ndarray[Any, Any]:
        name, shape, size = fields
        dtype = _numpy_dtype(name)
        raw = self._buffer(size, _num_bytes(shape, dtype.itemsize))
        _check_bools(name, raw)
        return np.frombuffer(raw, dtype).reshape(shape).copy()

    def _tensor(self, fields: list[Any], depth: int) -> torch.Tensor:
        name, shape, size, requires_grad, gradient = fields
        dtype = TORCH_DTYPES[name]
        raw = self._buffer(size, _num_bytes(shape, dtype.itemsize))
        _check_bools(name, raw)
        flat = (
            torch.frombuffer(bytearray(raw), dtype=dtype)
            if raw.nbytes
            else torch.empty(0, dtype=dtype)
        )
        tensor = flat.reshape(shape).to(self.side.lands_on)
        if requires_grad is True:
            tensor.requires_grad_()
        if gradient is not None:
            tag, *inner = gradient
            if tag != "tensor" or inner[4] is not None:
                raise WireError("malformed frame: gradient")
            tensor.grad = self.tree(gradient, depth + 1)
        return tensor

    def _sparse(self, fields: list[Any], depth: int) -> Any:
        import scipy.sparse

        kept, is_array, shape, *parts = fields
        if kept not in SPARSE_FORMATS or type(is_array) is not bool or len(parts) != 3:
            raise WireError("malformed frame: sparse matrix")
        sides = [_size(side) for side in shape]
        rows, cols, data = (self._array(part[1:]) for part in parts)
        # SciPy's compiled code does not check indices: what is out of bounds writes into foreign memory.
        for index, side in zip((rows, cols), sides, strict=True):
            if side > MAX_SPARSE_SIDE or index.dtype.kind not in "iu" or index.shape != data.shape:
                raise WireError("malformed frame: sparse indices")
            if index.size and not (index.min() >= 0 and index.max() < side):
                raise WireError("malformed frame: sparse indices out of bounds")
        make = scipy.sparse.coo_array if is_array else scipy.sparse.coo_matrix
        return make((data, (rows, cols)), shape=tuple(sides)).asformat(kept)


def _strings(fields: list[Any], count: int) -> list[str]:
    if len(fields) != count or any(
        type(field) is not str or len(field) > MAX_HEADER for field in fields
    ):
        raise WireError("malformed frame: text expected")
    return fields


def _numpy_dtype(name: Any) -> np.dtype[Any]:
    if name not in NUMPY_DTYPES:
        raise WireError("malformed frame: no such dtype")
    dtype: np.dtype[Any] = np.dtype(name)
    return dtype


def _check_bools(name: str, raw: memoryview) -> None:
    """Bytes other than 0 and 1 in a boolean array confuse compiled code."""
    if name == "bool" and raw.nbytes and np.frombuffer(raw, np.uint8).max() > 1:
        raise WireError("malformed frame: neither true nor false")


def _size(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_BYTES:
        raise WireError("malformed frame: size")
    return value


def _num_bytes(shape: Any, item_size: int) -> int:
    """Bytes of an array of this shape."""
    if type(shape) is not list or len(shape) > MAX_NDIM:
        raise WireError("malformed frame: shape")
    *_, total = itertools.accumulate(map(_size, shape), lambda a, b: a * b, initial=item_size)
    return _size(total)
