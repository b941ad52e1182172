"""What nbgrader's formgrader looks for in an output folder beside gradebook and notebooks: its configuration, and the lab's source."""

from __future__ import annotations

from pathlib import Path

import nbformat
from sqlalchemy.engine import make_url

from stats220.staff.build.release import Release
from stats220.staff.grade.files import write_atomically

CONFIG = '''\
"""Formgrader on this folder: run `jupyter server` here and open /formgrader. Written by `stats220 grade`; yours to change."""

c = get_config()
c.CourseDirectory.course_id = "stats220"
# This folder is the course, wherever the server is started from.
c.CourseDirectory.root = {root!r}
{gradebook}
# Our feedback pages lie in feedback/.
c.CourseDirectory.feedback_directory = "nbgrader_feedback"
# Submissions are graded by `stats220 grade`, in a sandbox: what lies here is never run by nbgrader.
c.CourseDirectory.submitted_directory = "nbgrader_submitted"
'''


def prepare_formgrader(out: Path, release: Release, url: str) -> None:
    """Write ``source/<lab>/<lab>.ipynb``, and ``nbgrader_config.py`` where there is none.

    Parameters
    ----------
    out
        The output folder.
    release
        What the class received: a lab without a source is not shown in *Manage Assignments* and *Manual Grading*.
    url
        Of the gradebook. One with a password is not written down.
    """
    source = out / "source" / release.lab / f"{release.lab}.ipynb"
    text = nbformat.writes(release.notebook) + "\n"
    if not source.exists() or source.read_text("utf-8") != text:
        write_atomically(source, text)
    config = out / "nbgrader_config.py"
    if not config.exists():
        secret = make_url(url).password is not None
        gradebook = (
            "# Its gradebook needs a password: c.CourseDirectory.db_url = ..."
            if secret
            else f"c.CourseDirectory.db_url = {url!r}"
        )
        write_atomically(config, CONFIG.format(root=str(out.resolve()), gradebook=gradebook))
