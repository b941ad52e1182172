"""Grading one notebook: its cells in a sandbox, each exercise's checks where its test cell stands."""

from __future__ import annotations

import hashlib
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stats220.checks import Checks
from stats220.errors import GradingError
from stats220.line.failures import StudentError
from stats220.staff.grade.mend import EXTRA, Mended, mend
from stats220.staff.grade.names import cells_needed_by, names_of, same_code
from stats220.staff.grade.problem import (
    CheckFunction,
    Findings,
    add_up,
    check_exercise,
    looks_copied,
    plain_text,
)
from stats220.staff.grade.results import (
    CellError,
    ExerciseResult,
    QuestionResult,
    SubmissionResult,
)
from stats220.staff.grade.runner import LostError, Pool, Runner, Source, TimeLimits

if TYPE_CHECKING:
    from stats220.staff.build.release import Release

RUN = ("given", "exercise", EXTRA)


def grade_notebook(
    release: Release,
    notebook: bytes | Mended,
    pool: Pool,
    limits: TimeLimits | None = None,
    *,
    student: str = "",
    only: str | None = None,
) -> SubmissionResult:
    """Grade one submission.

    Parameters
    ----------
    release
        What the class received.
    notebook
        The file as handed in, or what `mend` made of it.
    pool
        Where sandboxes come from.
    limits
        The grader's clock.
    student
        Whose it is.
    only
        Grade this exercise alone, running only the cells that it needs; the others count as not attempted.

    Raises
    ------
    SubmissionError
        The file is no notebook of this lab.
    GradingError
        No sandbox can be had, or the release does not fit the checks.
    """
    started = time.monotonic()
    sha256 = hashlib.sha256(notebook).hexdigest() if isinstance(notebook, bytes) else ""
    mended = mend(release, notebook) if isinstance(notebook, bytes) else notebook
    limits = limits or TimeLimits()
    visible, hidden = check_functions(release, hidden=False), check_functions(release, hidden=True)
    if only is not None:
        visible, hidden = (
            {n: f for n, f in room.items() if n == only} for room in (visible, hidden)
        )
    # What has seen a hidden input must not speak where students read: in the message of a visible check, in the error of
    # a cell. So hidden checks come after all that, in a sandbox of their own, of which nothing but their verdicts is kept.
    cells = _cells_to_run(mended, limits, only)
    first = _Pass(release, mended, cells, visible)
    with Runner(pool, limits) as runner:
        first.go(runner)
    second = first.next(hidden)
    if second.to_check:
        with Runner(pool, limits, silent=True) as runner:
            second.go(runner)
    exercises, notes = _add_up(release, mended, first, second)
    return summarise(
        release,
        exercises,
        student=student,
        isolation=pool.isolation,
        submission_sha256=sha256,
        seconds=time.monotonic() - started,
        mended=mended.mended,
        notes=notes,
        answers=mended.answers,
        cells=first.errors,
    )


def ungraded(
    release: Release, why: str, *, student: str, isolation: str, submission_sha256: str = ""
) -> SubmissionResult:
    """The result of a submission that could not be graded: no points, and why."""
    return summarise(
        release,
        {},
        student=student,
        isolation=isolation,
        submission_sha256=submission_sha256,
        notes=(f"not graded: {plain_text(why)}",),
    )


def summarise(
    release: Release,
    graded: Mapping[str, ExerciseResult],
    *,
    student: str,
    isolation: str,
    submission_sha256: str,
    seconds: float = 0.0,
    mended: Sequence[str] = (),
    notes: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    cells: Sequence[CellError] = (),
) -> SubmissionResult:
    """Add up; an exercise that was not graded counts as not attempted."""
    answers = answers or {}
    exercises = tuple(
        graded.get(e.name)
        or ExerciseResult(e.name, 0, e.points, e.bonus, "not attempted", 0.0, "", ())
        for e in release.exercises
    )
    core = [e for e in exercises if not e.bonus]
    bonus = [e for e in exercises if e.bonus]
    return SubmissionResult(
        student=student,
        lab=release.lab,
        score=sum(e.points for e in core),
        max_score=sum(e.max_points for e in core),
        bonus=sum(e.points for e in bonus),
        max_bonus=sum(e.max_points for e in bonus),
        isolation=isolation,
        submission_sha256=submission_sha256,
        seconds=seconds,
        mended=tuple(mended),
        notes=tuple(notes),
        exercises=exercises,
        questions=tuple(
            QuestionResult(q.name, q.points, q.name in answers, answers.get(q.name, ""))
            for q in release.questions
        ),
        cells=tuple(cells),
    )


def check_functions(release: Release, *, hidden: bool) -> dict[str, CheckFunction]:
    """The visible, or the hidden, check function of each exercise that has one, with the points that it gives.

    Raises
    ------
    GradingError
        One is missing: the release is older or newer than the package.
    """
    room = (
        f"stats220.reference.{release.module}.hidden"
        if hidden
        else f"stats220.checks.{release.module}"
    )
    found: dict[str, CheckFunction] = {}
    for exercise in release.exercises:
        points = exercise.hidden_points if hidden else exercise.visible_points
        if not points:
            continue
        function: Callable[[Any], Checks] | None = getattr(
            importlib.import_module(room), exercise.name, None
        )
        if function is None:
            raise GradingError(
                f"{room} has no check {exercise.name!r}, which the release of {release.lab} has: run `stats220 build`"
            )
        found[exercise.name] = CheckFunction(function, points, hidden)
    return found


@dataclass
class _Pass:
    """One pass through a notebook's cells, with one check function an exercise.

    Attributes
    ----------
    cells
        Places of the cells that run, and the seconds that each may take.
    to_check
        What is checked, by exercise.
    failures
        How the cell of an exercise raised.
    lost
        How the cell of an exercise ended the sandbox.
    """

    release: Release
    mended: Mended
    cells: Mapping[int, float]
    to_check: Mapping[str, CheckFunction]
    findings: dict[str, Findings] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    fatal: set[int] = field(default_factory=set)  # places of cells that ended the sandbox
    errors: list[CellError] = field(default_factory=list)

    def next(self, to_check: Mapping[str, CheckFunction]) -> _Pass:
        """Another pass, without the cells and the exercises that ended this one's sandbox, or are missing."""
        over = {name for name, found in self.findings.items() if found.lost or found.missing}
        over |= self.lost.keys()
        cells = {place: seconds for place, seconds in self.cells.items() if place not in self.fatal}
        left = {name: f for name, f in to_check.items() if name not in over}
        return _Pass(self.release, self.mended, cells, left)

    def go(self, runner: Runner) -> None:
        for place, cell in enumerate(self.mended.notebook.cells):
            own = cell.metadata.stats220
            if place in self.cells:
                self._run(runner, Source(place, cell.source, self.cells[place]), cell)
            elif own.role == "test" and own.name in self.to_check and own.name not in self.lost:
                exercise = next(e for e in self.release.exercises if e.name == own.name)
                self.findings[own.name] = check_exercise(runner, exercise, self.to_check[own.name])

    def _run(self, runner: Runner, source: Source, cell: Any) -> None:
        own = cell.metadata.stats220
        try:
            runner.run(source)
        except StudentError as error:
            message, failed = plain_text(str(error)), self.failures
            if error.raised.line_number is not None:
                message += f" (line {error.raised.line_number}: {plain_text(error.raised.line)})"
        except LostError as error:
            message, failed = plain_text(str(error)), self.lost
            self.fatal.add(source.place)
        else:
            return
        self.errors.append(CellError(cell.id, message))
        if own.role == "exercise":
            failed[own.name] = message


def _add_up(
    release: Release, mended: Mended, first: _Pass, second: _Pass
) -> tuple[dict[str, ExerciseResult], list[str]]:
    sources, stubs = _exercise_sources(mended.notebook), _exercise_sources(release.notebook)
    results, notes = {}, []
    for exercise in release.exercises:
        name = exercise.name
        findings = [p.findings[name] for p in (first, second) if name in p.findings]
        if why := first.lost.get(name) or second.lost.get(name):
            findings.append(Findings(lost=f"its cell was stopped: {why}"))
        if not findings:
            continue
        results[name], noted = add_up(
            exercise,
            findings,
            untouched=same_code(sources[name], stubs[name]),
            cell_error=first.failures.get(name, ""),
        )
        notes += noted
    if copied := looks_copied(results.values()):
        notes.append(copied)
    return results, notes


def _exercise_sources(notebook: Any) -> dict[str, str]:
    return {
        c.metadata.stats220.name: c.source
        for c in notebook.cells
        if c.metadata.stats220.role == "exercise"
    }


def _cells_to_run(mended: Mended, limits: TimeLimits, only: str | None) -> dict[int, float]:
    """Places of the cells that run, and the seconds each may take."""
    cells = mended.notebook.cells
    roles = {i: c.metadata.stats220.role for i, c in enumerate(cells) if c.cell_type == "code"}
    explore = {i for i, role in roles.items() if role == "explore"}
    names = {i: names_of(cells[i].source) for i, role in roles.items() if role in (*RUN, "explore")}
    tests = {cells[i].metadata.stats220.name: i for i, role in roles.items() if role == "test"}
    needed: set[int] = set()
    for i, role in roles.items():
        name = cells[i].metadata.stats220.get("name", "")
        if role == "exercise" and only in (None, name):
            before = {j: n for j, n in names.items() if j < tests[name]}
            needed |= {i, *cells_needed_by(i, before, explore)}
    run = {i for i, role in roles.items() if role in RUN} | needed if only is None else needed
    seconds = limits.cell_seconds
    return {
        i: max(seconds, 60 * cells[i].metadata.stats220.get("minutes", 0))
        if i in explore
        else seconds
        for i in sorted(run)
    }
