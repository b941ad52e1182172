"""Grading a whole class: from a folder of submissions to grades, results, feedback, gradebook and report."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stats220.errors import GradingError
from stats220.staff.build.course import read_course
from stats220.staff.build.release import Release
from stats220.staff.grade import worker
from stats220.staff.grade.classfiles import read_results, write_class_files
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.files import clear_errors, output_folder, write_atomically
from stats220.staff.grade.formgrader import prepare_formgrader
from stats220.staff.grade.gradebook import Book, write_gradebook
from stats220.staff.grade.gradebook import gradebook_url as default_url
from stats220.staff.grade.plan import Plan, keep_seed, make_plan
from stats220.staff.grade.progress import progress_bar
from stats220.staff.grade.results import SubmissionResult, to_json
from stats220.staff.grade.sandbox import Limits
from stats220.staff.grade.setup import Setup, prepared
from stats220.staff.grade.submissions import Submission
from stats220.staff.grade.worker import Graded
from stats220.staff.grade.workforce import Workforce, begin_server, terminating_as_interrupt
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
    students: Sequence[str] = (),
    again: bool = False,
    roster: Path | None = None,
    cluster: str | None = None,
    progress: bool = False,
) -> list[SubmissionResult]:
    """Grade every submission of a lab that is not graded yet.

    Parameters
    ----------
    root
        The repository, for the release.
    lab
        For example ``lab4_pose``.
    submissions
        A folder or zip; see `stats220.staff.grade.submissions.collect`.
    out
        Gets ``grades-<lab>.csv``, ``report-<lab>.html``, ``results/``, ``feedback/``, ``gradebook.db``; ``autograded/``, ``source/`` and ``nbgrader_config.py`` for formgrader.
        The class's files are made from all results of the lab that are there, of earlier runs too.
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
    students
        Grade these alone; by default all.
    again
        Grade also what is graded already.
    roster
        ``roster.csv``, see `stats220.staff.grade.roster`; by default that beside the submissions, where there is one.
    cluster
        Address of a Dask scheduler, or its file: its workers grade, in place of `jobs` processes of this machine.
    progress
        Whether to show a progress bar on stderr.

    Returns
    -------
    list of SubmissionResult
        Of the whole class, sorted by student.

    Raises
    ------
    GradingError
        Grading cannot start or go on. What was written stays: each student's files are put in place as soon as they are
        graded, whole or not at all, and the same call goes on from there.
    """
    settings = [repr(given) for given in (limits, time_limits) if given is not None]
    options: dict[str, Any] = {"isolation": isolation, "settings": settings, "seed": seed}
    options |= {"students": students, "again": again, "roster": roster}
    make_plan(
        root, lab, submissions, out, **options
    )  # what is wrong with it shows before anything is made
    title = read_course(root).labs[lab].title
    with terminating_as_interrupt(), output_folder(out):
        todo = make_plan(root, lab, submissions, out, **options)
        keep_seed(out, todo.seed)
        url = gradebook_url or default_url(out)
        written = _Written(todo)
        if todo.todo:
            with _here(todo.release, isolation, limits, cluster) as setup:
                written.book = Book(url, todo.release)  # while the others import
                setup = replace(
                    setup,
                    time_limits=time_limits or setup.time_limits,
                    seed=todo.seed,
                    title=title,
                )
                with contextlib.closing(written):
                    _grade(setup, todo, written, jobs=jobs, cluster=cluster, progress=progress)
        results, notes = _finish(root, todo, url)
    for note in notes if progress else ():
        print(f"look: {note}", file=sys.stderr)
    return results


@contextlib.contextmanager
def _here(
    release: Release, isolation: str, limits: Limits | None, cluster: str | None
) -> Iterator[Setup]:
    """What this machine prepares; for a cluster nothing, for its workers do so: this one may have no sandbox."""
    if cluster:
        yield Setup(release, Path(), None, isolation, limits=limits or Limits())
        return
    with prepared(release, isolation, limits) as setup:
        begin_server(worker.modules(release))
        yield setup


def _grade(
    setup: Setup, todo: Plan, written: _Written, *, jobs: int, cluster: str | None, progress: bool
) -> None:
    lab, out = todo.release.lab, todo.journal.out
    try:
        with progress_bar(f"grading {lab}", len(todo.todo), show=progress) as advance:
            for graded in _graded(setup, list(todo.todo), jobs, cluster):
                written.add(graded)
                advance()
    except KeyboardInterrupt:
        raise GradingError(
            f"interrupted: {written.number} of {len(todo.todo)} submissions are graded, and kept in {out}; the same command goes on"
        ) from None


def _finish(root: Path, todo: Plan, url: str) -> tuple[list[SubmissionResult], Sequence[str]]:
    """Write the class's files from all results of the lab, and into the gradebook what is not in it yet; gives what a person should look at."""
    notes: Sequence[str] = ()
    journal, release = todo.journal, todo.release
    results = read_results(journal.out, release.lab)
    students = [result.student for result in results]
    if not journal.class_is_done(students):
        unbooked = [r for r in results if not journal.is_booked(r.student)]
        resubmitted = {
            r.student for r in unbooked if journal.is_resubmitted(r.student, r.submission_sha256)
        }
        write_gradebook(url, release, unbooked, resubmitted=resubmitted)
        for result in unbooked:
            journal.book(result.student, result.submission_sha256)
        prepare_formgrader(journal.out, release, url)
        notes = write_class_files(
            root,
            release,
            results,
            journal.out,
            url,
            submissions=todo.submissions,
            roster=todo.roster,
            people=todo.people,
            absent=todo.absent,
        ).notes
        journal.finish_class(students)
    return results, notes


OUR_FAULT = (
    "the grader"  # in the note of what ended the grader's own process: tried again by the next run
)


@dataclass
class _Written:
    """The students' own files, written one by one, each with its line in the journal last."""

    plan: Plan
    book: Book | None = None  # none to write into, or none that can be written to just now
    number: int = 0

    def __post_init__(self) -> None:
        self.out = self.plan.journal.out
        self.submissions = {submission.student: submission for submission in self.plan.todo}

    def add(self, graded: Graded) -> None:
        result = graded.result
        student, lab = result.student, result.lab
        path = self.out / "results" / student / f"{lab}.json"
        self.plan.journal.begin(student)
        autograded = self.out / "autograded" / student / lab / f"{lab}.ipynb"
        if graded.marked is not None:
            write_atomically(autograded, graded.marked)
        else:
            with clear_errors(autograded):  # of an earlier file, which no longer counts
                autograded.unlink(missing_ok=True)
        write_page(graded.feedback, self.out / "feedback" / student / f"{lab}.html")
        write_atomically(path, to_json(result))
        is_done = not any(OUR_FAULT in note for note in result.notes)
        if is_done:
            self.plan.journal.finish(self.submissions[student])
        self.number += 1  # graded and kept, whatever becomes of the gradebook
        if is_done:
            self._enter(result)

    def _enter(self, result: SubmissionResult) -> None:
        """Write a result into the gradebook. Where that fails, the end of the run tries again, and says why it cannot."""
        if self.book is None:
            return
        journal, file = self.plan.journal, (result.student, result.submission_sha256)
        try:
            self.book.write(result, again=journal.is_resubmitted(*file))
        except GradingError:
            self.close()
        else:
            journal.book(*file)

    def close(self) -> None:
        """Let go of the gradebook."""
        if self.book is not None:
            self.book.close()
        self.book = None


def _graded(
    setup: Setup, found: list[Submission], jobs: int, cluster: str | None
) -> Iterator[Graded]:
    def died(submission: Submission, why: str) -> Graded:
        return worker.not_graded(setup, submission, why)

    if cluster:
        from stats220.staff.grade.cluster import Cluster

        return Cluster(cluster, died, start=worker.start, setup=setup).results(found)
    force = Workforce(worker.work, died, jobs=jobs, start=worker.start, setup=setup)
    return force.results(found)
