"""From a value to a frame's header and buffers."""

from __future__ import annotations

import collections
import math
import sys
from typing import Any

import numpy as np
import torch

from stats220.line.plain import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INT_BITS,
    MAX_ITEMS,
    NUMPY_DTYPES,
    SPARSE_FORMATS,
    TORCH_DTYPES,
    Side,
    WireError,
    is_key,
    only_wire_errors,
    plain_text,
)

DICTS = (dict, collections.OrderedDict, collections.defaultdict)


class Encoder:
    """Turns one value into a header tree and a list of buffers."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.buffers: list[bytes | memoryview] = []
        self.size = 0
        self.items = 0

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The header entry of `value`."""
        self.items += 1
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} items")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return plain_text(value)
        if kind is int:
            return self._int(value)
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        if kind is list:
            return ["list", *(self.tree(item, depth + 1) for item in value)]
        if kind is tuple or kind is torch.Size:
            return ["tuple", *(self.tree(item, depth + 1) for item in value)]
        if kind in DICTS and all(map(is_key, value)):
            pairs = value.items()
            return ["dict", *([self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in pairs)]
        return (
            self._small(value, kind, depth) or self._numeric(value, depth) or self.side.refer(value)
        )

    def _small(self, value: Any, kind: type, depth: int) -> list[Any] | None:
        if kind is complex:
            return ["complex", repr(value.real), repr(value.imag)]
        if kind in (bytes, bytearray):
            return ["bytes", self._buffer(bytes(value))]
        if kind is slice:
            return [
                "slice",
                *(self.tree(x, depth + 1) for x in (value.start, value.stop, value.step)),
            ]
        if kind is np.str_:
            return ["str", plain_text(str(value))]
        if value is Ellipsis:
            return ["ellipsis"]
        if kind is torch.dtype:
            return ["torch_dtype", str(value).removeprefix("torch.")]
        if isinstance(value, np.dtype) and value.name in NUMPY_DTYPES:
            return ["numpy_dtype", value.name]
        return None

    def _numeric(self, value: Any, depth: int) -> list[Any] | None:
        """Arrays, NumPy scalars, tensors and sparse matrices; subclasses cross as the plain thing."""
        with only_wire_errors(f"a {type(value).__name__} could not be read"):
            if isinstance(value, np.ndarray) and value.dtype.name in NUMPY_DTYPES:
                return self._array(np.ndarray.view(value, np.ndarray))
            if isinstance(value, np.generic) and value.dtype.name in NUMPY_DTYPES:
                return ["scalar", *self._array(np.asarray(value))[1:]]
            if isinstance(value, torch.Tensor):
                with torch._C.DisableTorchFunctionSubclass():
                    return self._tensor(value, depth)
            sparse = sys.modules.get("scipy.sparse")
            if sparse is not None and sparse.issparse(value) and value.dtype.name in NUMPY_DTYPES:
                return self._sparse(value, isinstance(value, sparse.sparray))
        return None

    def _int(self, value: int) -> Any:
        if -(2**63) <= value < 2**63:
            return value
        if value.bit_length() > MAX_INT_BITS:
            raise WireError(f"an integer of {value.bit_length()} bits is too large to hand over")
        return ["int", hex(value)]

    def _claim(self, size: int) -> int:
        self.size += size
        if self.size > MAX_BYTES:
            raise WireError(f"more than {MAX_BYTES >> 20} MB to hand over")
        return size

    def _buffer(self, raw: Any) -> int:
        view = memoryview(raw).cast("B") if len(raw) else memoryview(b"")
        self.buffers.append(view)
        return self._claim(view.nbytes)

    def _array(self, array: np.ndarray[Any, Any]) -> list[Any]:
        if array.nbytes > MAX_BYTES:  # a broadcast view may be huge without holding a byte
            raise WireError(f"an array of shape {array.shape} is too large to hand over")
        name = array.dtype.name
        native = np.ascontiguousarray(array, dtype=name).reshape(-1)
        return ["array", name, list(array.shape), self._buffer(native.view(np.uint8))]

    def _tensor(self, tensor: torch.Tensor, depth: int) -> list[Any] | None:
        name = str(tensor.dtype).removeprefix("torch.")
        if (
            tensor.layout is not torch.strided
            or tensor.device.type == "meta"
            or name not in TORCH_DTYPES
        ):
            return None
        if tensor.numel() * tensor.element_size() > MAX_BYTES:
            raise WireError(f"a tensor of shape {tuple(tensor.shape)} is too large to hand over")
        plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
        size = self._buffer(plain.view(torch.uint8).numpy()) if plain.numel() else self._buffer(b"")
        gradient = tensor.grad if tensor.is_leaf else None
        entry = None if gradient is None else self._tensor(gradient, depth + 1)
        return ["tensor", name, list(tensor.shape), size, bool(tensor.requires_grad), entry]

    def _sparse(self, matrix: Any, is_array: bool) -> list[Any]:
        """As coordinates, whatever the format: the other side can check those in two lines."""
        if len(matrix.shape) != 2:
            raise WireError("only sparse matrices with two axes can be handed over")
        kept = matrix.format if matrix.format in SPARSE_FORMATS else "csr"
        coo = matrix.tocoo()
        parts = [self._array(np.asarray(part)) for part in (coo.row, coo.col, coo.data)]
        return ["sparse", kept, bool(is_array), list(matrix.shape), *parts]
