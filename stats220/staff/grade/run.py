"""Grading one notebook: its cells in a sandbox, each exercise's checks where its test cell stands."""

from __future__ import annotations

import hashlib
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stats220.checks import Checks
from stats220.errors import GradingError
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.mend import Mended, mend
from stats220.staff.grade.passes import Pass, exercise_sources, plan_cells
from stats220.staff.grade.problem import (
    CheckFunction,
    Findings,
    add_up,
    looks_copied,
    plain_text,
)
from stats220.staff.grade.results import (
    CellError,
    ExerciseResult,
    QuestionResult,
    SubmissionResult,
)
from stats220.staff.grade.runner import Pool, Runner

if TYPE_CHECKING:
    from stats220.staff.build.release import Release


def grade_notebook(
    release: Release,
    notebook: bytes | Mended,
    pool: Pool,
    limits: TimeLimits | None = None,
    *,
    student: str = "",
    only: str | None = None,
    seed: int = 0,
    blamed: Mapping[str, str] | None = None,
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
    seed
        What the checks draw their inputs from; 0 is a notebook's.
    blamed
        Exercises whose checks have ended the grader's own process before, and how: they get no points.

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
    plan = plan_cells(mended, limits, only)
    first = Pass(release, mended, plan, visible, dict(blamed or {}))
    with Runner(pool, limits, seed=seed) as runner:
        first.go(runner)
    second = first.next(hidden)
    if second.to_check:
        with Runner(pool, limits, silent=True, seed=seed) as runner:
            second.go(runner)
    exercises, notes = _add_up(release, mended, first, second)
    return summarise(
        release,
        exercises,
        student=student,
        isolation=pool.isolation,
        memory_limit=pool.memory_limit,
        seed=seed,
        submission_sha256=sha256,
        seconds=time.monotonic() - started,
        mended=mended.mended,
        notes=notes,
        answers=mended.answers,
        strays=mended.strays,
        cells=first.errors,
    )


def ungraded(
    release: Release,
    why: str,
    *,
    student: str,
    isolation: str,
    memory_limit: str = "none",
    seed: int = 0,
    submission_sha256: str = "",
) -> SubmissionResult:
    """The result of a submission that could not be graded: no points, and why."""
    return summarise(
        release,
        {},
        student=student,
        isolation=isolation,
        memory_limit=memory_limit,
        seed=seed,
        submission_sha256=submission_sha256,
        notes=(f"not graded: {plain_text(why)}",),
    )


def summarise(
    release: Release,
    graded: Mapping[str, ExerciseResult],
    *,
    student: str,
    isolation: str,
    memory_limit: str,
    seed: int,
    submission_sha256: str,
    seconds: float = 0.0,
    mended: Sequence[str] = (),
    notes: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    strays: Sequence[str] = (),
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
        memory_limit=memory_limit,
        seed=seed,
        submission_sha256=submission_sha256,
        seconds=seconds,
        mended=tuple(mended),
        notes=tuple(notes),
        exercises=exercises,
        questions=tuple(
            QuestionResult(q.name, q.points, True, answers[q.name])
            if q.name in answers
            else QuestionResult(q.name, q.points, False, "", tuple(strays))
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


def _add_up(
    release: Release, mended: Mended, first: Pass, second: Pass
) -> tuple[dict[str, ExerciseResult], list[str]]:
    sources, stubs = exercise_sources(mended.notebook), exercise_sources(release.notebook)
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
            untouched=mended.code(sources[name]).fingerprint
            == mended.code(stubs[name]).fingerprint,
            cell_error=first.failures.get(name, ""),
        )
        notes += noted
    notes += looks_copied(results.values())
    return results, notes
