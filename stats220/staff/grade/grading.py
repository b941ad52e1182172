"""From one submission to its result and its pages: what a worker process does."""

from __future__ import annotations

import hashlib
import time
import traceback
from dataclasses import replace
from typing import Any

from stats220.errors import GradingError
from stats220.staff.build.problems import labels_of
from stats220.staff.grade import clock
from stats220.staff.grade.graded import Graded, not_graded
from stats220.staff.grade.marked import marked_notebook
from stats220.staff.grade.mend import mend
from stats220.staff.grade.results import SubmissionResult, to_dict
from stats220.staff.grade.run import grade_notebook
from stats220.staff.grade.runner import Pool
from stats220.staff.grade.setup import Setup
from stats220.staff.grade.submissions import Submission, SubmissionError
from stats220.staff.grade.workforce import Blamed
from stats220.staff.report.feedback import feedback_page

PAGES = "the pages"
READ_SECONDS = 600.0  # the reader has a clock of its own


def grade_submission(
    setup: Setup, submission: Submission, pool: Pool, blamed: Blamed | None = None
) -> Graded:
    """Grade one submission, without the checks of what is blamed. Whatever is wrong with it is in the result.

    Raises
    ------
    GradingError
        No sandbox can be had.
    """
    sha256, started = "", time.monotonic()
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
        seconds=time.monotonic() - started,  # with reading the file and starting its sandboxes
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
