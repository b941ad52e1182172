"""A worker's own clock and memory: the checks compute in its process, with numbers that came from a student's.

No thread and no handler could end a loop of compiled code. The kernel can: an alarm that nobody handles ends the process,
and what it was at is known, for it was told before.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

_tell: Callable[[str], None] | None = None


@dataclass(frozen=True)
class TimeLimits:
    """The grader's clock for one submission.

    Attributes
    ----------
    cell_seconds
        For running one cell. A cell marked ``explore`` has the minutes that the release gives it.
    problem_seconds
        For all checks of one exercise.
    submission_seconds
        For everything.
    grader_seconds
        For what the grader's own process computes on top: the checks of one exercise, reading the file, writing the pages.
        A process that takes longer is ended, and the exercise that it was at gets no points.
    restarts
        How many sandboxes a submission may lose before the rest of it is given up.
    """

    cell_seconds: float = 60.0
    problem_seconds: float = 60.0
    submission_seconds: float = 1800.0
    grader_seconds: float = 60.0
    restarts: int = 12


def keep(tell: Callable[[str], None]) -> None:
    """Make this process one that says what it is at, and that the kernel ends when that takes too long."""
    global _tell
    _tell = tell
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def at(stage: str) -> None:
    """Say what begins here; in a process that does not `keep` the clock, nothing happens."""
    if _tell is not None:
        _tell(stage)


def allow(seconds: float) -> None:
    """End this process unless this is called again within so many seconds; 0: no limit from here on."""
    if _tell is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)


def private_bytes() -> int:
    """What RLIMIT_DATA counts of this process; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/status") as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmData:"))


def limit_memory(more_bytes: int) -> None:
    """Let this process allocate so much on top of what it holds, and then raise MemoryError.

    The soft limit alone, which a child that has a limit of its own can put back.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = private_bytes() + more_bytes
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def die_with_parent() -> None:
    """End this process together with the one that forked it, on Linux."""
    if sys.platform == "linux":
        # Only who forks a reader has, and needs, the packages above it.
        from stats220.staff.grade.sandbox.warm import linux

        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)


def die_with(line: Connection) -> None:
    """End this process when the other end of the line is closed, above all because its holder was killed."""
    fd = line.fileno()
    if hasattr(fcntl, "F_SETSIG"):  # Linux: by a signal that nothing can delay
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGKILL)
    else:
        signal.signal(signal.SIGIO, lambda number, frame: os._exit(1))
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
