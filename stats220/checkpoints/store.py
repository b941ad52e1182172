"""Checkpoint files: written whole or not at all, checked when read, few and small. Plain data only, never pickle."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path
from typing import Any

from stats220.errors import Stats220Error
from stats220.files import replacing
from stats220.line.wire import PREFIX, WireError, pack, read_prefix, unpack

SUFFIX = ".checkpoint"
MAGIC = b"STATS220 checkpoint 1\n"
MAX_FILES = 24
MAX_BYTES = 500 << 20  # of all files together
_HASH = 32
_OLD_SECONDS = 3600.0  # after which what a killed process left half written is swept away


class CheckpointError(Stats220Error):
    """A checkpoint cannot be read or written; the message is one line."""


class _OnlyPlainData:
    """The wire format's side that has nothing but plain data."""

    lands_on: str = "cpu"
    ellipsis: object = ...

    def refer(self, value: object) -> list[Any]:
        raise WireError(f"a {type(value).__name__} cannot be kept in a file")

    def resolve(self, tag: str, fields: list[Any]) -> object:
        raise WireError("malformed frame: no such entry")


def write(path: Path, content: object) -> None:
    """Put plain data into a file, and drop the oldest files of its folder where they are too many or too large.

    Raises
    ------
    CheckpointError
        Where the folder or the file cannot be written, or something is no plain data or too large.
    """
    try:
        frame = pack(content, _OnlyPlainData())
        digest = hashlib.sha256()
        for part in frame:
            digest.update(part)
        size = len(MAGIC) + _HASH + sum(memoryview(part).nbytes for part in frame)
        _make_room(path, size)
        with replacing(path) as scratch, scratch.open("wb") as file:
            file.write(MAGIC)
            file.write(digest.digest())
            for part in frame:
                file.write(part)
        ignored = path.parent / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise CheckpointError(
            f"{path.parent} cannot be written ({error.strerror or error})"
        ) from error
    except WireError as error:
        raise CheckpointError(str(error)) from error


def read(path: Path) -> Any:
    """The data in a file; None where there is no such file.

    Raises
    ------
    CheckpointError
        Where it cannot be read, or is not what was written.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CheckpointError(f"{path.name} is too large")
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read ({error.strerror or error})") from error
    start = len(MAGIC) + _HASH
    if not content.startswith(MAGIC):
        raise CheckpointError(f"{path.name} is no checkpoint of this library")
    body = memoryview(content)[start:]
    if hashlib.sha256(body).digest() != content[len(MAGIC) : start]:
        raise CheckpointError(f"{path.name} is damaged or cut off")
    try:
        header_size, _ = read_prefix(bytes(body[: PREFIX.size]))
        buffers = bytes(body[PREFIX.size + header_size :])
        return unpack(
            bytes(body[PREFIX.size : PREFIX.size + header_size]), buffers, _OnlyPlainData()
        )
    except WireError as error:
        raise CheckpointError(f"{path.name}: {error}") from error


def _make_room(path: Path, size: int) -> None:
    """Drop the files that were used longest ago until one more of this size fits, and what killed processes left."""
    if not path.parent.is_dir():
        return
    now = time.time()
    for half in path.parent.glob(f".*{SUFFIX}.part"):
        with contextlib.suppress(OSError):
            if now - half.stat().st_mtime > _OLD_SECONDS:
                half.unlink()
    others = []
    for file in path.parent.glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError):  # another kernel dropped it
            if file != path:
                others.append((file.stat().st_mtime, file.stat().st_size, file))
    others.sort()
    total = sum(file_size for _, file_size, _ in others) + size
    while others and (len(others) >= MAX_FILES or total > MAX_BYTES):
        _, file_size, file = others.pop(0)
        file.unlink(missing_ok=True)
        total -= file_size
