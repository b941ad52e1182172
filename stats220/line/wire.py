"""Plain data between the checks and a student's code, as bytes. Never pickle.

A frame is a prefix (magic, header size, buffer size), a JSON header that holds the structure, and the raw
buffers that it refers to, in order. In the header, ``null``, booleans, strings, finite floats and 64-bit
integers stand for themselves; everything else is a list whose first item is a tag.

What crosses by value is in `stats220.line.plain`; what happens to any other object is up to the `Side`.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from stats220.line.decode import Decoder
from stats220.line.encode import Encoder
from stats220.line.plain import MAX_BYTES, MAX_HEADER, Side, WireError, only_wire_errors

__all__ = ["PREFIX", "Frame", "Side", "WireError", "pack", "read_prefix", "unpack"]

PREFIX = struct.Struct("<4sIQ")
MAGIC = b"S220"

Frame = list[bytes | memoryview]


def pack(value: object, side: Side) -> Frame:
    """The parts of a frame that holds `value`: prefix and header first, then the buffers.

    Raises
    ------
    WireError
        Something in `value` may not cross, or it is too large.
    """
    encoder = Encoder(side)
    header = json.dumps(encoder.tree(value), allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(header) > MAX_HEADER:
        raise WireError(f"too much text or structure to hand over ({len(header)} bytes)")
    return [PREFIX.pack(MAGIC, len(header), encoder.size) + header, *encoder.buffers]


def unpack(header: bytes, buffers: bytes | bytearray, side: Side) -> Any:
    """The value in a frame's header and buffers.

    Raises
    ------
    WireError
        Whatever is wrong with them; no other exception leaves.
    """
    with only_wire_errors("malformed frame"):
        tree = json.loads(header.decode("utf-8"), parse_constant=_no_constant)
        decoder = Decoder(side, memoryview(buffers))
        value = decoder.tree(tree)
        if decoder.offset != len(buffers):
            raise WireError("malformed frame: bytes left over")
        return value


def read_prefix(prefix: bytes | bytearray) -> tuple[int, int]:
    """Header size and buffer size that a frame's prefix declares. Raises `WireError` beyond the limits."""
    magic, header_size, buffer_size = PREFIX.unpack(prefix)
    if magic != MAGIC or header_size > MAX_HEADER or buffer_size > MAX_BYTES:
        raise WireError("malformed frame: bad prefix")
    return header_size, buffer_size


def _no_constant(name: str) -> None:
    raise WireError(f"malformed frame: {name}")
