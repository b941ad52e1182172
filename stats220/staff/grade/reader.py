"""Reading a submitted file in a process of its own, which may use so much and no more.

A file may be made to be read: JSON of a few megabytes that takes hundreds, code on which Python's parser takes gigabytes and
minutes. What such a cell costs is that cell: it is run, within the sandbox's limits, but nothing is known of what it defines.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import time
from dataclasses import asdict
from typing import Any, NoReturn

from stats220.staff.grade import clock
from stats220.staff.grade.names import NOTHING_KNOWN, Code, Names, read_code_or_run_out
from stats220.staff.grade.reading import SubmittedCell, SubmittedNotebook, read_notebook
from stats220.staff.grade.submissions import SubmissionError

MEMORY_BYTES = 1 << 30  # a file has at most a tenth of it
FILE_SECONDS = (
    20  # of processor time, for all that is not a cell's code, of which outputs are the most
)
CELL_SECONDS = 3
WALL_SECONDS = 120.0
MAX_UNREAD = 3  # cells that may end the reader
CHUNK = 1 << 20


class _ReaderEndedError(Exception):
    """The reader used too much of something, at the cell of that number (0: before any)."""

    def __init__(self, cell: int) -> None:
        super().__init__(cell)
        self.cell = cell


def read_bounded(data: bytes) -> SubmittedNotebook:
    """As `stats220.staff.grade.reading.read_notebook`, at a bounded cost.

    Raises
    ------
    SubmissionError
        As there; or reading takes too much time or memory.
    """
    unread: set[int] = set()
    while len(unread) <= MAX_UNREAD:
        try:
            found = _in_child(data, frozenset(unread))
        except _ReaderEndedError as error:
            if error.cell == 0 or error.cell in unread:
                break
            unread.add(error.cell)
            continue
        if "problem" in found:
            raise SubmissionError(found["problem"])
        if "failed" in found:
            raise RuntimeError(found["failed"])
        return _notebook(found, unread)
    raise SubmissionError("the file cannot be read: that takes too much time or memory")


def _in_child(data: bytes, unread: frozenset[int]) -> dict[str, Any]:
    """What a forked process finds; it is the end of the process if that takes too much."""
    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_fd)
        _be_the_reader(data, unread, write_fd)
    os.close(write_fd)
    said = bytearray()
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(read_fd, selectors.EVENT_READ)
            end = time.monotonic() + WALL_SECONDS
            while selector.select(max(0.0, end - time.monotonic())):
                chunk = os.read(read_fd, CHUNK)
                if not chunk:
                    break
                said += chunk
    finally:
        os.close(read_fd)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    # A line for each cell, its number; then the whole. What is cut short is no JSON.
    *numbers, found = bytes(said).split(b"\n")
    try:
        return dict(json.loads(found))
    except ValueError:
        raise _ReaderEndedError(int(numbers[-1]) if numbers else 0) from None


def _be_the_reader(data: bytes, unread: frozenset[int], write_fd: int) -> NoReturn:
    try:
        clock.limit_memory(MEMORY_BYTES)
        clock.die_with_parent()
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _more_time(FILE_SECONDS)

        def read(number: int, source: str) -> Code:
            os.write(write_fd, b"%d\n" % number)
            _more_time(CELL_SECONDS)
            return NOTHING_KNOWN if number in unread else read_code_or_run_out(source)

        try:
            found = asdict(read_notebook(data, read))
        except SubmissionError as error:
            found = {"problem": str(error)}
        except MemoryError:
            os._exit(1)
        except Exception as error:  # ours, and no limit's: the operator must see it
            found = {"failed": f"{type(error).__name__}: {error}"}
        _more_time(FILE_SECONDS)
        left = memoryview(json.dumps(found, default=sorted).encode())
        while left:
            left = left[os.write(write_fd, left) :]
        os._exit(0)
    finally:  # whatever happens, the fork must not go on as the grader
        os._exit(1)


def _more_time(seconds: int) -> None:
    """Let this process compute for so long from now on."""
    used = time.process_time()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used) + 1 + seconds
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _notebook(found: dict[str, Any], unread: set[int]) -> SubmittedNotebook:
    cells = []
    for cell in found["cells"]:
        names = Names(**{key: frozenset(value) for key, value in cell["code"]["names"].items()})
        code = Code(names, cell["code"]["fingerprint"])
        cells.append(SubmittedCell(**{**cell, "code": code}))
    notes = [f"the code of cell {n} takes too much time or memory to read" for n in sorted(unread)]
    return SubmittedNotebook(found["lab"], tuple(cells), (*found["notes"], *notes))
