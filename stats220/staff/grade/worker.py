"""A worker process: it holds one pool of sandboxes and grades submission after submission.

What it needs for that takes seconds to import, and is imported where it is used: the process that hires workers is spared them.
"""

from __future__ import annotations

import signal
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from stats220.errors import GradingError
from stats220.staff.grade import clock
from stats220.staff.grade.graded import Graded, not_graded
from stats220.staff.grade.sandbox import bwrap_problem
from stats220.staff.grade.setup import Setup
from stats220.staff.grade.submissions import Submission
from stats220.staff.grade.workforce import Blamed

if TYPE_CHECKING:
    from stats220.staff.build.release import Release

__all__ = ["Graded", "current", "modules", "not_graded", "start", "work"]

# What the checks may hold in a worker on top of its packages: their inputs are small, and a frame is bounded.
MEMORY_BYTES = 2 << 30


def modules(release: Release) -> tuple[str, ...]:
    """What every worker imports."""
    checks = (f"stats220.checks.{release.module}", f"stats220.reference.{release.module}.hidden")
    return ("stats220.staff.cli", "stats220.staff.grade.grading", *checks)


class Worker:
    """The state of this process: what it grades with, and whether that has worked yet."""

    def __init__(self, setup: Setup) -> None:
        self.setup, self.served = setup, False
        self.pool = setup.pool()
        Finalize(self, self.pool.close, exitpriority=10)


_worker: Worker | None = None


def start(setup: Setup) -> None:
    """Begin a worker process; Ctrl-C is the parent's to handle.

    Raises
    ------
    GradingError
        The release does not fit the checks.
    """
    import torch

    from stats220.staff.grade.run import check_functions

    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    clock.limit_memory(MEMORY_BYTES)
    for hidden in (False, True):
        check_functions(setup.release, hidden=hidden)  # or say at once which one is missing
    _worker = Worker(setup)


def current() -> Worker:
    """The worker that this process is."""
    if _worker is None:
        raise RuntimeError("this process was not begun with start()")
    return _worker


def work(submission: Submission, blamed: Blamed) -> Graded:
    """Grade one submission in a worker process, without the checks of what is blamed.

    Raises
    ------
    GradingError
        No sandbox can be had, because there never could or bubblewrap is gone. Else, after a first success, the failure is the
        submission's own.
    """
    from stats220.staff.grade.grading import grade_submission

    worker = current()
    try:
        graded = grade_submission(worker.setup, submission, worker.pool, blamed)
    except GradingError as error:
        if not worker.served or (worker.setup.isolation == "bwrap" and bwrap_problem()):
            raise
        return not_graded(worker.setup, submission, f"the grader had no sandbox for it: {error}")
    worker.served = True
    return graded
