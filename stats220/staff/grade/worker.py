"""A worker process: it holds one pool of sandboxes and grades submission after submission."""

from __future__ import annotations

import hashlib
import signal
import traceback
from dataclasses import dataclass, replace
from multiprocessing.util import Finalize
from typing import Any

from stats220.errors import GradingError
from stats220.staff.build.problems import labels_of
from stats220.staff.grade import clock
from stats220.staff.grade.marked import marked_notebook
from stats220.staff.grade.mend import mend
from stats220.staff.grade.results import SubmissionResult, to_dict
from stats220.staff.grade.run import grade_notebook, ungraded
from stats220.staff.grade.runner import Pool
from stats220.staff.grade.setup import Setup
from stats220.staff.grade.submissions import Submission, SubmissionError
from stats220.staff.grade.workforce import Blamed
from stats220.staff.report.feedback import feedback_page

# What the checks may hold in a worker on top of its packages: their inputs are small, and a frame is bounded.
MEMORY_BYTES = 2 << 30
PAGES = "the pages"
READ_SECONDS = 600.0  # the reader has a clock of its own


@dataclass(frozen=True)
class Graded:
    """A result, its feedback page, and the notebook for whoever marks it (None where there was none)."""

    result: SubmissionResult
    feedback: str
    marked: str | None


def grade_submission(
    setup: Setup, submission: Submission, pool: Pool, blamed: Blamed | None = None
) -> Graded:
    """Grade one submission, without the checks of what is blamed. Whatever is wrong with it is in the result.

    Raises
    ------
    GradingError
        No sandbox can be had.
    """
    sha256 = ""
    try:
        clock.allow(READ_SECONDS)
        data = submission.read()
        sha256 = hashlib.sha256(data).hexdigest()
        mended = mend(setup.release, data)
        result = grade_notebook(
            setup.release,
            mended,
            pool,
            setup.time_limits,
            student=submission.student,
            seed=setup.seed,
            blamed=blamed,
        )
    except SubmissionError as error:
        return not_graded(setup, submission, str(error), sha256)
    except GradingError:
        raise
    except (
        Exception
    ) as error:  # one odd submission must not end a class: the report shows it to the operator
        where = traceback.extract_tb(error.__traceback__)[-1]
        why = (
            f"the grader failed: {type(error).__name__}: {error} ({where.filename}:{where.lineno})"
        )
        return not_graded(setup, submission, why, sha256)
    notes = (*submission.notes, *result.notes)
    result = replace(
        result,
        submission_sha256=sha256,
        notes=notes,
        submitted=submission.submitted,
        late=submission.late,
    )
    return _with_pages(setup, result, mended.notebook, blamed or {})


def _with_pages(setup: Setup, result: SubmissionResult, notebook: Any, blamed: Blamed) -> Graded:
    """Write the student's pages here, where a text that takes too long to set ends no more than this process."""
    clock.at(PAGES)
    clock.allow(setup.time_limits.grader_seconds)
    if PAGES in blamed:
        result = replace(result, notes=(*result.notes, f"{PAGES}: {blamed[PAGES]}"))
        return Graded(
            result,
            feedback_page(
                to_dict(result), None, title=setup.title, labels=labels_of(setup.release.notebook)
            ),
            None,
        )
    feedback = feedback_page(
        to_dict(result), notebook, title=setup.title, labels=labels_of(setup.release.notebook)
    )
    graded = Graded(result, feedback, marked_notebook(notebook, result))
    clock.at("")
    return graded


def not_graded(setup: Setup, submission: Submission, why: str, sha256: str = "") -> Graded:
    """The result of a submission that could not be graded."""
    result = ungraded(
        setup.release,
        why,
        student=submission.student,
        isolation=setup.isolation,
        seed=setup.seed,
        submission_sha256=sha256,
    )
    result = replace(
        result,
        notes=(*submission.notes, *result.notes),
        submitted=submission.submitted,
        late=submission.late,
    )
    return Graded(
        result,
        feedback_page(
            to_dict(result), None, title=setup.title, labels=labels_of(setup.release.notebook)
        ),
        None,
    )


class Worker:
    """The state of this process: what it grades with, and whether that has worked yet."""

    def __init__(self, setup: Setup) -> None:
        self.setup, self.served = setup, False
        self.pool = setup.pool()
        Finalize(self, self.pool.close, exitpriority=10)


_worker: Worker | None = None


def start(setup: Setup) -> None:
    """Begin a worker process; Ctrl-C is the parent's to handle."""
    import torch

    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    clock.limit_memory(MEMORY_BYTES)
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
        No sandbox can be had, and never could. After a first success, the failure is the submission's own.
    """
    worker = current()
    try:
        graded = grade_submission(worker.setup, submission, worker.pool, blamed)
    except GradingError as error:
        if not worker.served:
            raise
        return not_graded(worker.setup, submission, str(error))
    worker.served = True
    return graded
