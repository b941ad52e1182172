"""What becomes of a submission: its result and its pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stats220.staff.grade.results import SubmissionResult, to_dict
from stats220.staff.grade.setup import Setup
from stats220.staff.grade.submissions import Submission


@dataclass(frozen=True)
class Graded:
    """A result, its feedback page, and the notebook for whoever marks it (None where there was none)."""

    result: SubmissionResult
    feedback: str
    marked: str | None


def not_graded(setup: Setup, submission: Submission, why: str, sha256: str = "") -> Graded:
    """The result of a submission that could not be graded."""
    from stats220.staff.build.problems import labels_of
    from stats220.staff.grade.run import ungraded
    from stats220.staff.report.feedback import feedback_page

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
