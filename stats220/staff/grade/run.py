"""Grading one notebook: its cells in a sandbox, each exercise's checks where its test cell stands."""

from __future__ import annotations

import hashlib
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stats220.checks import Checks
from stats220.checks.failures import StudentError
from stats220.errors import GradingError
from stats220.staff.grade.mend import EXTRA, Mended, mend
from stats220.staff.grade.names import cells_needed_by, names_of, same_code
from stats220.staff.grade.problem import CheckFunction, grade_exercise, plain_text
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
    functions = check_functions(release)
    with Runner(pool, limits or TimeLimits()) as runner:
        pass_ = _Pass(release, mended, runner, functions)
        pass_.go(only)
    return summarise(
        release,
        pass_.exercises,
        student=student,
        isolation=pool.isolation,
        submission_sha256=sha256,
        seconds=time.monotonic() - started,
        mended=mended.mended,
        notes=tuple(pass_.notes),
        answers=mended.answers,
        cells=tuple(pass_.errors),
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


def check_functions(release: Release) -> dict[str, list[CheckFunction]]:
    """The check functions of each exercise, visible then hidden, with the points that each gives.

    Raises
    ------
    GradingError
        One is missing: the release is older or newer than the package.
    """
    rooms = {
        f"stats220.checks.{release.module}": "visible_points",
        f"stats220.reference.{release.module}.hidden": "hidden_points",
    }
    found: dict[str, list[CheckFunction]] = {}
    for room, points in rooms.items():
        for exercise in release.exercises:
            if worth := getattr(exercise, points):
                function: Callable[[Any], Checks] | None = getattr(
                    importlib.import_module(room), exercise.name, None
                )
                if function is None:
                    raise GradingError(
                        f"{room} has no check {exercise.name!r}, which the release of {release.lab} has: run `stats220 build`"
                    )
                found.setdefault(exercise.name, []).append(
                    CheckFunction(function, worth, hidden=points == "hidden_points")
                )
    return found


@dataclass
class _Pass:
    """One pass through a notebook's cells."""

    release: Release
    mended: Mended
    runner: Runner
    functions: Mapping[str, Sequence[CheckFunction]]

    def __post_init__(self) -> None:
        self.cells: Sequence[Any] = self.mended.notebook.cells
        self.stubs = {
            c.metadata.stats220.name: c.source
            for c in self.release.notebook.cells
            if c.metadata.stats220.role == "exercise"
        }
        self.exercises: dict[str, ExerciseResult] = {}
        self.failures: dict[str, str] = {}  # exercise -> how its cell raised
        self.lost: dict[str, str] = {}  # exercise -> how its cell ended the sandbox
        self.untouched: set[str] = set()
        self.errors: list[CellError] = []
        self.notes: list[str] = []

    def go(self, only: str | None) -> None:
        to_run = self._cells_to_run(only)
        for place, cell in enumerate(self.cells):
            own = cell.metadata.stats220
            if place in to_run:
                self._run(place, cell, to_run[place])
            elif own.role == "test" and only in (None, own.name):
                self._check(own.name)

    def _run(self, place: int, cell: Any, seconds: float) -> None:
        own = cell.metadata.stats220
        if own.role == "exercise" and same_code(cell.source, self.stubs[own.name]):
            self.untouched.add(own.name)
        try:
            self.runner.run(Source(place, cell.source, seconds))
        except StudentError as error:
            message, failed = plain_text(str(error)), self.failures
            if error.raised.line_number is not None:
                message += f" (line {error.raised.line_number}: {plain_text(error.raised.line)})"
        except LostError as error:
            message, failed = plain_text(str(error)), self.lost
        else:
            return
        self.errors.append(CellError(cell.id, message))
        if own.role == "exercise":
            failed[own.name] = message

    def _check(self, name: str) -> None:
        exercise = next(e for e in self.release.exercises if e.name == name)
        self.exercises[name], notes = grade_exercise(
            self.runner,
            exercise,
            self.functions[name],
            untouched=name in self.untouched,
            cell_error=self.failures.get(name, ""),
            cell_lost=self.lost.get(name, ""),
        )
        self.notes += notes

    def _cells_to_run(self, only: str | None) -> dict[int, float]:
        """Places of the cells that run, and the seconds each may take."""
        seconds = self.runner.limits.cell_seconds
        roles = {
            i: c.metadata.stats220.role for i, c in enumerate(self.cells) if c.cell_type == "code"
        }
        explore = {i for i, role in roles.items() if role == "explore"}
        names = {
            i: names_of(self.cells[i].source)
            for i, role in roles.items()
            if role in (*RUN, "explore")
        }
        tests = {
            c.metadata.stats220.name: i for i, c in enumerate(self.cells) if roles.get(i) == "test"
        }
        needed: set[int] = set()
        for i, role in roles.items():
            name = self.cells[i].metadata.stats220.get("name", "")
            if role == "exercise" and only in (None, name):
                before = {j: n for j, n in names.items() if j < tests[name]}
                needed |= {i, *cells_needed_by(i, before, explore)}
        run = {i for i, role in roles.items() if role in RUN} | needed if only is None else needed
        return {
            i: max(seconds, 60 * self.cells[i].metadata.stats220.get("minutes", 0))
            if i in explore
            else seconds
            for i in sorted(run)
        }
