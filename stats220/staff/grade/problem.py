"""Grading one exercise of one submission."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from stats220.checks import CheckResult, Checks
from stats220.line.failures import SandboxLost, StudentError
from stats220.line.proxy import Nothing, Proxy, type_name
from stats220.staff.grade.results import ExerciseResult, Status
from stats220.staff.grade.runner import LostError, Runner
from stats220.verdicts import RAISED

if TYPE_CHECKING:
    from stats220.line.session import Session
    from stats220.staff.build.release import ReleasedExercise

MAX_MESSAGE = 2000
FOLDERS = re.compile(r"(?<![\w./:~-])/(?:[^\s/'\"():;,<>|*]+/)+")  # of an absolute path
MIN_COPIED = 2  # exercises: one alone may be a misconception


@dataclass(frozen=True)
class CheckFunction:
    """A check function and the points that its blocks give together."""

    function: Callable[[Any], Checks]
    points: float
    hidden: bool


@dataclass(frozen=True)
class Findings:
    """What one check function finds in one exercise.

    Attributes
    ----------
    rows
        One a block.
    lost, in_time
        How the sandbox was lost, empty where it was not; and whether it was with time left.
    missing
        Whether there is nothing of the exercise's name to check.
    memorized
        Whether these checks pass with the inputs of a notebook and not with those of this run.
    notes
        What the operator should know.
    """

    rows: tuple[CheckResult, ...] = ()
    lost: str = ""
    in_time: bool = False
    missing: bool = False
    seconds: float = 0.0
    memorized: bool = False
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Points of all rows; a lost exercise has none."""
        return 0 if self.lost else sum(row.points for row in self.rows)

    @property
    def has_failed(self) -> bool:
        """Whether something that was attempted did not pass."""
        return not self.lost and any(row.status == "failed" for row in self.rows)


def check_exercise(runner: Runner, exercise: ReleasedExercise, function: CheckFunction) -> Findings:
    """Run one check function, in a runner that has run the submission's cells up to the exercise's test cell."""
    started = time.monotonic()
    notes: list[str] = []

    def found(rows: Sequence[CheckResult] = (), **what: Any) -> Findings:
        seconds = time.monotonic() - started
        return Findings(tuple(rows), seconds=seconds, notes=tuple(notes), **what)

    try:
        with runner.session(runner.limits.problem_seconds, "a problem") as session:
            try:
                answer = session.get(exercise.name)
            except StudentError:
                lacking = _instead(function, "failed", f"nothing is named {exercise.name}")
                return found([lacking], missing=True)
            if type(answer) not in (Proxy, Nothing):
                # ``dilate = dilate(masks, 5)``, say: no check could make anything of it.
                why = f"{exercise.name} is {type_name(answer)}, not a function or class: is its name used twice?"
                return found([_instead(function, "failed", why)])
            return found(_rows(session, exercise, function, answer, notes))
    except LostError as error:
        # A lost problem gives no points; the block in which it was lost tells the student where to look.
        why = plain_text(str(error))
        recorded = getattr(error.__cause__, "checks", None)
        rows = [row for row in getattr(recorded, "results", ()) if row.status == "lost"]
        rows = [replace(row, message=why) for row in rows]
        return found(rows, lost=why, in_time=error.in_time)


def add_up(
    exercise: ReleasedExercise,
    findings: Sequence[Findings],
    *,
    untouched: bool = False,
    cell_error: str = "",
) -> tuple[ExerciseResult, list[str]]:
    """What the findings make together.

    Parameters
    ----------
    exercise, findings
        What was checked, and what its visible, then its hidden checks found.
    untouched
        Whether the exercise's cell is as released.
    cell_error
        How that cell raised; empty where it ran.

    Returns
    -------
    result, notes
        What the student gets, and what the operator should know.
    """
    notes = [note for found in findings for note in found.notes]
    rows = tuple(row for found in findings for row in found.rows)
    if any(row.status != "passed" and not row.hidden for row in rows):
        # What fails in sight is the place to start; the same mistake has failed what is hidden.
        rows = tuple(replace(row, hint="") if row.hidden else row for row in rows)
    seconds = sum(found.seconds for found in findings)
    memorized = any(found.memorized for found in findings)

    def result(status: Status, message: str, rows: tuple[CheckResult, ...]) -> ExerciseResult:
        points = sum(row.points for row in rows)
        own = (exercise.name, points, exercise.points, exercise.bonus)
        return ExerciseResult(*own, status, seconds, message, rows, memorized)

    if why := next((found.lost for found in findings if found.lost), ""):
        return result("lost", why, tuple(row for row in rows if row.status == "lost")), notes
    if all(found.missing for found in findings):
        if cell_error:
            return result("failed", f"error in the cell: {cell_error}", ()), notes
        return result("not attempted", f"nothing is named {exercise.name}", ()), notes
    if sum(row.max_points for row in rows) != exercise.points:
        notes.append(
            f"the checks of {exercise.name} do not add up to its {exercise.points} points: run `stats220 build`"
        )
    message = (
        f"the cell raised after it had defined {exercise.name}: {cell_error}" if cell_error else ""
    )
    return result(_status(rows, exercise, untouched), message, rows), notes


def looks_copied(results: Iterable[ExerciseResult]) -> list[str]:
    """What to tell the operator of answers that are right only where students can look.

    Visible checks ship with the course, expected values and all: answers can be read off them.
    """
    memorized, only_visible = [], []
    for result in results:
        hidden = [row for row in result.checks if row.hidden]
        visible = [row for row in result.checks if not row.hidden]
        if result.memorized:
            memorized.append(result.name)
        elif hidden and not any(row.points for row in hidden) and all(r.points for r in visible):
            only_visible.append(result.name)
    notes = []
    if memorized:
        names = ", ".join(memorized)
        notes.append(
            f"the visible checks pass with the inputs that students see and no others in {names}: see how they are answered"
        )
    if len(only_visible) + len(memorized) >= MIN_COPIED and only_visible:
        names = ", ".join(only_visible)
        notes.append(
            f"every visible check and no hidden one passes in {names}: see how they are answered"
        )
    return notes


def _rows(
    session: Session,
    exercise: ReleasedExercise,
    function: CheckFunction,
    answer: Any,
    notes: list[str],
) -> list[CheckResult]:
    """What one check function finds. Nothing that happens in it costs more than its own points."""
    try:
        with session.activate():
            rows = [_plain(row) for row in function.function(answer).results]
        broken = [row for row in rows if row.status == "error"]
        notes += [f"{exercise.name}, check {row.what!r}: {row.message}" for row in broken]
        return rows
    except SandboxLost:
        raise
    except StudentError as error:
        what = RAISED if function.hidden else str(error)
        return [_instead(function, "failed", f"the checks could not start: {what}")]
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        notes.append(
            f"the {_which(function)} checks of {exercise.name} crashed: {type(error).__name__}: "
            f"{plain_text(str(error))} ({where.filename}:{where.lineno})"
        )
        return [_instead(function, "error", "this check is broken, tell the course staff")]


def _instead(
    function: CheckFunction, status: Literal["failed", "error"], message: str
) -> CheckResult:
    """One row in place of those that a check function would have given."""
    return CheckResult(
        what=f"the {_which(function)} checks",
        points=0,
        max_points=function.points,
        status=status,
        message=plain_text(message),
        hint="",
        seconds=0.0,
        hidden=function.hidden,
    )


def _which(function: CheckFunction) -> str:
    return "hidden" if function.hidden else "visible"


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
    """A message that is the same at each run and on each machine, fits a table, and can be written to any file.

    No addresses; of a path only what tells a student something: the file, or where it is in its package.
    """
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", text[: 4 * MAX_MESSAGE])
    text = FOLDERS.sub(
        lambda found: found[0].rpartition("-packages/")[2] if "-packages/" in found[0] else "", text
    )
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "..."
