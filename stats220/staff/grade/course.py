"""Grading a whole class: from a folder of submissions to grades, results, feedback, gradebook and report."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from stats220.errors import GradingError
from stats220.staff.build.course import read_course
from stats220.staff.build.release import Release
from stats220.staff.grade import worker
from stats220.staff.grade.files import output_folder, write_atomically
from stats220.staff.grade.gradebook import gradebook_url as default_url
from stats220.staff.grade.gradebook import prepare_gradebook, write_gradebook
from stats220.staff.grade.progress import progress_bar
from stats220.staff.grade.results import SubmissionResult, from_json, to_dict, to_json
from stats220.staff.grade.run import check_functions
from stats220.staff.grade.runner import TimeLimits
from stats220.staff.grade.sandbox import Limits
from stats220.staff.grade.setup import Setup, prepared
from stats220.staff.grade.submissions import Submission, collect
from stats220.staff.grade.table import grades_csv
from stats220.staff.grade.worker import Graded
from stats220.staff.grade.workforce import Workforce, terminating_as_interrupt
from stats220.staff.report.classreport import write_report
from stats220.staff.report.page import write_page


def grade_class(
    root: Path,
    lab: str,
    submissions: Path,
    out: Path,
    *,
    jobs: int = 2,
    isolation: str = "bwrap",
    limits: Limits | None = None,
    time_limits: TimeLimits | None = None,
    gradebook_url: str | None = None,
    seed: int | None = None,
    progress: bool = False,
) -> list[SubmissionResult]:
    """Grade every submission of a lab.

    Parameters
    ----------
    root
        The repository, for the release.
    lab
        For example ``lab4_pose``.
    submissions
        A folder or zip; see `stats220.staff.grade.submissions.collect`.
    out
        Gets ``grades.csv``, ``results/``, ``feedback/``, ``autograded/`` (for formgrader), ``gradebook.db``, ``report.html``.
    jobs
        How many submissions are graded at a time.
    isolation
        "bwrap", or "none" for submissions that are trusted.
    limits, time_limits
        Of one submission; generous by default.
    gradebook_url
        SQLAlchemy URL of nbgrader's gradebook, in place of ``out/gradebook.db``.
    seed
        What the checks draw their inputs from; by default drawn at the first run into `out` and kept there, so that
        grading again gives the same points.
    progress
        Whether to show a progress bar on stderr.

    Returns
    -------
    list of SubmissionResult
        Sorted by student.

    Raises
    ------
    GradingError
        Grading cannot start or go on. What was written stays: each student's files are put in place as soon as they are
        graded, whole or not at all, and the class's files at the end.
    """
    release = Release.load(root, lab)
    for hidden in (False, True):
        check_functions(release, hidden=hidden)  # or say at once which one is missing
    found = collect(submissions, lab)
    if submissions.resolve() in (out.resolve(), *out.resolve().parents):
        raise GradingError(
            f"{out} lies in {submissions}, where it would be taken for a student: use another --out"
        )
    title = read_course(root).labs[lab].title
    with (
        terminating_as_interrupt(),
        output_folder(out),
        prepared(release, isolation) as setup,
    ):
        setup = replace(
            setup,
            limits=limits or setup.limits,
            time_limits=time_limits or setup.time_limits,
            seed=kept_seed(out, seed),
            title=title,
        )
        url = gradebook_url or default_url(out)
        prepare_gradebook(url, release)
        written = _Written(out)
        try:
            with progress_bar(f"grading {lab}", len(found), show=progress) as advance:
                for graded in _graded(setup, found, jobs):
                    written.add(graded)
                    advance()
        except KeyboardInterrupt:
            raise GradingError(
                f"interrupted: {len(written.results)} of {len(found)} submissions are graded, and kept in {out}"
            ) from None
        results = sorted(written.results, key=lambda r: r.student)
        write_atomically(out / "grades.csv", grades_csv(results))
        names = [e.name for e in release.exercises]
        write_report(
            [to_dict(r) for r in results], out / "report.html", title=title, exercises=names
        )
        write_gradebook(url, release, results, resubmitted=written.resubmitted)
    return results


def kept_seed(out: Path, seed: int | None) -> int:
    """The seed given, else that of the folder's earlier runs, else a new one; it is kept in ``out/seed.txt``."""
    path = out / "seed.txt"
    if seed is None and path.exists():
        try:
            return int(path.read_text("utf-8"))
        except ValueError as error:
            raise GradingError(f"{path} is damaged: give --seed, or delete it") from error
    seed = seed if seed is not None else secrets.randbelow(1 << 32) or 1  # 0 is a notebook's
    write_atomically(path, f"{seed}\n")
    return seed


@dataclass
class _Written:
    """The students' own files, written one by one."""

    out: Path
    results: list[SubmissionResult] = field(default_factory=list)
    resubmitted: set[str] = field(default_factory=set)

    def add(self, graded: Graded) -> None:
        result = graded.result
        student, lab = result.student, result.lab
        path = self.out / "results" / student / f"{lab}.json"
        if path.exists() and _graded_before(path) != result.submission_sha256:
            self.resubmitted.add(student)
        autograded = self.out / "autograded" / student / lab / f"{lab}.ipynb"
        if graded.marked is not None:
            write_atomically(autograded, graded.marked)
        else:
            autograded.unlink(missing_ok=True)  # of an earlier file, which no longer counts
        write_page(graded.feedback, self.out / "feedback" / student / f"{lab}.html")
        write_atomically(path, to_json(result))
        self.results.append(result)


def _graded_before(path: Path) -> str:
    try:
        return from_json(path.read_text("utf-8"), where=str(path)).submission_sha256
    except (GradingError, OSError, UnicodeDecodeError):
        return ""  # of another version, or damaged: about to be replaced, and a person should look again


def _graded(setup: Setup, found: list[Submission], jobs: int) -> Iterator[Graded]:
    def died(submission: Submission, why: str) -> Graded:
        return worker.not_graded(setup, submission, why)

    force = Workforce(worker.work, died, jobs=jobs, start=worker.start, setup=setup)
    return force.results(found)
