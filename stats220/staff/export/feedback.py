"""Feedback pages in one zip, under the names by which a platform gives each student theirs."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from stats220.staff.grade.files import clear_errors
from stats220.staff.grade.layouts import CANVAS, MOODLE
from stats220.staff.grade.submissions import Submission

FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the same zip for the same pages


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
    left_out, number = [], 0
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
                for submission in sorted(submissions, key=lambda found: found.student):
                    page = out / "feedback" / submission.student / f"{lab}.html"
                    name = NAMES[platform](submission, lab)
                    if not name or not page.is_file():
                        left_out.append(submission.student)
                        continue
                    info = zipfile.ZipInfo(name, FIXED_DATE)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o644 << 16
                    archive.writestr(info, page.read_bytes())
                    number += 1
            os.replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)
    return number, left_out
