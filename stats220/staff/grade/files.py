"""Writing results so that nothing already written is lost, and a full or locked disk is one clear line."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getpass
import os
import shutil
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from stats220.errors import GradingError
from stats220.files import replacing

MIN_FREE_BYTES = 64 << 20
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)  # NFS, Lustre, FUSE
MIN_AGE_SECONDS = 60.0  # of a folder whose maker has had the time to lock it


def write_atomically(path: Path, text: str) -> None:
    """Put `text` at `path`, whole or not at all; folders are made.

    Raises
    ------
    GradingError
        The disk is full, or the place cannot be written to.
    """
    with clear_errors(path), replacing(path) as scratch:
        with scratch.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, 0o644)


@contextlib.contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about a path into a `GradingError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise GradingError(
                f"no space left to write {path}: make room and run again (what was written is kept)"
            ) from error
        raise GradingError(f"cannot write {path}: {error.strerror}") from error


@contextlib.contextmanager
def output_folder(out: Path) -> Iterator[None]:
    """Make the output folder and hold it: a second run into the same one is refused.

    Raises
    ------
    GradingError
        It cannot be made, is nearly full, or another run is writing to it.
    """
    with clear_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out).free
    if free < MIN_FREE_BYTES:
        raise GradingError(
            f"no space left for {out}: {free >> 20} MB free, {MIN_FREE_BYTES >> 20} needed"
        )
    path = out / ".lock"
    with clear_errors(path):
        lock = path.open("a+")
    with lock:
        if not _hold(lock, path):
            lock.seek(0)
            holder = lock.read(200).strip() or "another grading run"
            raise GradingError(f"{out} is in use by {holder}: wait for it, or use another --out")
        with clear_errors(path):
            lock.truncate(0)
            lock.write(
                f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}, since {datetime.now():%Y-%m-%d %H:%M}\n"
            )
            lock.flush()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.truncate(0)  # the next one's message does not name this run


def _hold(lock: IO[str], path: Path) -> bool:
    """Lock a file; False where another run holds it. File systems without locks have a file in its place."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise GradingError(f"{path} cannot be locked: {error.strerror}") from error
        # Two runs into one folder cannot be told apart here: say so where it can be read.
        warnings.warn(
            f"{path.parent} is on a file system without locks: see that no other run writes into it",
            stacklevel=4,
        )
    return True


@contextlib.contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A new temporary folder for the block, held by a lock; those of runs that were killed are swept away first."""
    _sweep(prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        with _locked(folder):
            yield folder


def _sweep(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        # Not ours, or gone meanwhile: whoever may, sweeps it.
        with contextlib.suppress(OSError):
            old = time.time() - folder.stat().st_mtime > MIN_AGE_SECONDS
            if old and folder.is_dir() and not folder.is_symlink():
                with _locked(folder):  # the kernel lets go of a lock when its holder dies
                    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder; raises BlockingIOError where another process does."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)
