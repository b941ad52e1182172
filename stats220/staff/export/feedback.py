"""Feedback pages in one zip, under the names by which a platform gives each student theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from stats220.staff.export.zips import write_zip
from stats220.staff.grade.layouts import CANVAS, MOODLE
from stats220.staff.grade.submissions import Submission


def canvas_name(submission: Submission, lab: str) -> str:
    """As the submission's own file, which Canvas's *Upload Submissions* needs: it reads the two numbers in it."""
    parts = submission.entry.parts if submission.entry else ()
    # Of a zip that the student handed in, it is the zip's name.
    found = next((m for part in reversed(parts) if (m := CANVAS.match(part))), None)
    if found is None:
        return ""
    name = found.string[: found.start("file")]
    return f"{name}{lab}-feedback.html"


def moodle_name(submission: Submission, lab: str) -> str:
    """In the folder of the submission's download; Moodle's *Upload multiple feedback files in a zip* reads the number in it."""
    for part in submission.entry.parts if submission.entry else ():
        found = MOODLE.match(part)
        if found:
            return f"{part}/{lab}-feedback.html"
    return ""


def plain_name(submission: Submission, lab: str) -> str:
    """A folder a student, for platforms that have no import: Brightspace, Gradescope, a mail merge."""
    folder = re.sub(r"[^\w.@ -]", "_", submission.student)
    return f"{folder}/{lab}-feedback.html"


NAMES: dict[str, Callable[[Submission, str], str]] = {
    "canvas": canvas_name,
    "moodle": moodle_name,
    "folders": plain_name,
}


def write_feedback_zip(
    path: Path, submissions: Iterable[Submission], out: Path, lab: str, platform: str
) -> tuple[int, list[str]]:
    """Write the zip.

    Parameters
    ----------
    path
        Where it goes.
    submissions
        Of the class, under the names that results have.
    out
        The output folder, with the pages.
    lab
        For example ``lab4_pose``.
    platform
        A key of `NAMES`.

    Returns
    -------
    number, left_out
        How many pages are in it, and the students for whom the platform has no name here, or who have no page.
    """
    pages, left_out = [], []
    for submission in sorted(submissions, key=lambda found: found.student):
        page = out / "feedback" / submission.student / f"{lab}.html"
        name = NAMES[platform](submission, lab)
        if name and page.is_file():
            pages.append((name, page))
        else:
            left_out.append(submission.student)
    names = write_zip(path, ((name, page.read_bytes()) for name, page in pages))
    return len(names), left_out
