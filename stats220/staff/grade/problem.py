"""Grading one exercise of one submission."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from stats220.checks import CheckResult, Checks
from stats220.checks.failures import SandboxLost, StudentError
from stats220.staff.grade.results import ExerciseResult, Status
from stats220.staff.grade.runner import LostError, Runner

if TYPE_CHECKING:
    from stats220.checks.session import Session
    from stats220.staff.build.release import ReleasedExercise

MAX_MESSAGE = 2000


@dataclass(frozen=True)
class CheckFunction:
    """A check function and the points that its blocks give together."""

    function: Callable[[Any], Checks]
    points: float
    hidden: bool


def grade_exercise(
    runner: Runner,
    exercise: ReleasedExercise,
    functions: Sequence[CheckFunction],
    *,
    untouched: bool = False,
    cell_error: str = "",
    cell_lost: str = "",
) -> tuple[ExerciseResult, list[str]]:
    """Run an exercise's checks.

    Parameters
    ----------
    runner
        The submission's cells have run in it, up to the exercise's test cell.
    exercise, functions
        What is checked, and by what.
    untouched
        Whether the exercise's cell is as released.
    cell_error, cell_lost
        How that cell raised, or ended the sandbox; empty where it ran.

    Returns
    -------
    result, notes
        What the student gets, and what the operator should know.
    """
    started = time.monotonic()
    notes: list[str] = []
    rows: list[CheckResult] = []

    def result(status: Status, message: str) -> ExerciseResult:
        points = sum(row.points for row in rows)
        seconds = time.monotonic() - started
        return ExerciseResult(
            exercise.name,
            points,
            exercise.points,
            exercise.bonus,
            status,
            seconds,
            message,
            tuple(rows),
        )

    if cell_lost:
        return result("lost", f"its cell was stopped: {cell_lost}"), notes
    try:
        with runner.session(runner.limits.problem_seconds, "a problem") as session:
            try:
                answer = session.get(exercise.name)
            except StudentError:
                if cell_error:
                    return result("failed", f"error in the cell: {cell_error}"), notes
                return result("not attempted", f"nothing is named {exercise.name}"), notes
            for function in functions:
                rows += _rows(session, exercise, function, answer, notes)
    except LostError as error:
        recorded = getattr(error.__cause__, "checks", None)
        # A lost problem gives no points; the block in which it was lost tells the student where to look.
        rows[:] = [_plain(row) for row in getattr(recorded, "results", ()) if row.status == "lost"]
        return result("lost", plain_text(str(error))), notes
    if sum(row.max_points for row in rows) != exercise.points:
        notes.append(
            f"the checks of {exercise.name} do not add up to its {exercise.points} points: run `stats220 build`"
        )
    message = (
        f"the cell raised after it had defined {exercise.name}: {cell_error}" if cell_error else ""
    )
    return result(_status(rows, exercise, untouched), message), notes


def _rows(
    session: Session,
    exercise: ReleasedExercise,
    function: CheckFunction,
    answer: Any,
    notes: list[str],
) -> list[CheckResult]:
    """What one check function finds. Nothing that happens in it costs more than its own points."""
    which = "hidden" if function.hidden else "visible"
    status: Literal["failed", "error"] = "error"
    try:
        with session.activate():
            rows = [_plain(row) for row in function.function(answer).results]
        broken = [row for row in rows if row.status == "error"]
        notes += [f"{exercise.name}, check {row.what!r}: {row.message}" for row in broken]
        return rows
    except SandboxLost:
        raise
    except StudentError as error:
        kind = type(error).__name__ if function.hidden else str(error)
        status, message = "failed", f"the checks could not start: {kind}"
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = "this check is broken, tell the course staff"
        notes.append(
            f"the {which} checks of {exercise.name} crashed: {type(error).__name__}: {plain_text(str(error))} "
            f"({where.filename}:{where.lineno})"
        )
    return [
        CheckResult(
            what=f"the {which} checks",
            points=0,
            max_points=function.points,
            status=status,
            message=plain_text(message),
            hint="",
            seconds=0.0,
            hidden=function.hidden,
        )
    ]


def _status(rows: Sequence[CheckResult], exercise: ReleasedExercise, untouched: bool) -> Status:
    points = sum(row.points for row in rows)
    if points >= exercise.points:
        return "passed"
    if points > 0:
        return "partial"
    if untouched or all(row.status == "not attempted" for row in rows):
        return "not attempted"
    return "failed"


def _plain(row: CheckResult) -> CheckResult:
    return replace(row, message=plain_text(row.message))


def plain_text(text: str) -> str:
    """A message that is the same at each run (no addresses), fits a table, and can be written to any file."""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", text).encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "..."
