"""Tests for the checks: a bank of right and wrong attempts, each graded like a submission and compared with its header."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode
from rich.markup import escape
from rich.table import Column, Table

from stats220.errors import GradingError
from stats220.staff.build.release import Release
from stats220.staff.build.spelling import nearest
from stats220.staff.grade import worker
from stats220.staff.grade.bank import Attempt, read_bank, read_key
from stats220.staff.grade.mend import mend_notebook
from stats220.staff.grade.progress import progress_bar
from stats220.staff.grade.reading import read_notebook
from stats220.staff.grade.results import ExerciseResult, SubmissionResult
from stats220.staff.grade.setup import prepared
from stats220.staff.grade.workforce import (
    Blamed,
    Workforce,
    begin_server,
    terminating_as_interrupt,
)

if TYPE_CHECKING:
    from stats220.staff.build.release import ReleasedExercise

MIN_RIGHT = 2
MIN_WRONG = 3  # for an exercise of MANY_POINTS or more
MANY_POINTS = 4


@dataclass(frozen=True)
class Outcome:
    """An attempt, what its exercise got, and what is wrong with that (empty: nothing)."""

    attempt: Attempt
    result: ExerciseResult
    problems: tuple[str, ...]


@dataclass(frozen=True)
class AttemptsReport:
    """All outcomes, and where the bank itself is too small to prove anything."""

    outcomes: tuple[Outcome, ...]
    gaps: tuple[str, ...]

    @property
    def problems(self) -> list[str]:
        """Everything that must be put right, one line each."""
        return [p for outcome in self.outcomes for p in outcome.problems] + list(self.gaps)

    @property
    def ok(self) -> bool:
        """Whether every attempt got what it must, and every check can be failed."""
        return not self.problems

    def table(self) -> Table:
        """One row an attempt, under its exercise."""
        table = Table(
            Column("attempt", overflow="fold"),
            Column("points", justify="right", no_wrap=True),
            Column("must", no_wrap=True),
            Column("s", justify="right", no_wrap=True),
            Column("", no_wrap=True),
            Column("says", min_width=20),
        )
        for name, group in itertools.groupby(self.outcomes, lambda o: o.attempt.exercise):
            table.add_section()
            table.add_row(f"[bold]{escape(name)}[/bold]")
            for outcome in group:
                attempt, result = outcome.attempt, outcome.result
                points = f"{result.points:g} of {result.max_points:g}"
                verdict = "[red]mismatch[/red]" if outcome.problems else "[green]✓[/green]"
                table.add_row(
                    escape(attempt.path.stem),
                    points,
                    str(attempt.points),
                    f"{result.seconds:.1f}",
                    verdict,
                    escape(attempt.says),
                )
        return table


def run_attempts(
    root: Path,
    lab: str,
    *,
    bank: Path | None = None,
    device: str = "cpu",
    jobs: int = 2,
    isolation: str = "bwrap",
    seed: int = 0,
    only: str | None = None,
    progress: bool = False,
) -> AttemptsReport:
    """Grade the answer key and a bank of attempts.

    Parameters
    ----------
    root, lab
        The repository, and for example ``lab4_pose``.
    bank
        A folder of ``<name>.py``; ``tests/attempts/<lab>`` by default.
    device
        "cpu", or "cuda": then each attempt has a fresh interpreter, unsandboxed, since a fork has no CUDA.
    seed
        What the checks draw their inputs from; no verdict may depend on it.
    only
        One exercise; the attempts at others, and what these lack, are left out.
    jobs, isolation, progress
        As in `stats220.staff.grade.course.grade_class`.

    Raises
    ------
    AuthorError
        A file of the bank is not an attempt.
    GradingError
        There is no bank, or grading cannot start.
    """
    release = Release.load(root, lab)
    if only is not None and only not in (names := [e.name for e in release.exercises]):
        raise GradingError(
            f"{lab} has no exercise {only!r}{nearest(only, names)}; it has {', '.join(names)}"
        )
    attempts = read_bank(bank or root / "tests" / "attempts" / lab, release)
    attempts = [a for a in [*read_key(root, release), *attempts] if only in (None, a.exercise)]
    isolation = isolation if device == "cpu" else "none"
    with terminating_as_interrupt(), prepared(release, isolation) as setup:
        setup = replace(setup, device=device, seed=seed)
        begin_server(worker.modules(release))

        def died(attempt: Attempt, why: str) -> Outcome:
            from stats220.staff.grade.run import ungraded

            return _outcome(attempt, ungraded(release, why, student="", isolation=setup.isolation))

        force = Workforce(grade_attempt, died, jobs=jobs, start=worker.start, setup=setup)
        outcomes = []
        with progress_bar(f"attempts at {lab}", len(attempts), show=progress) as advance:
            for outcome in force.results(attempts):
                outcomes.append(outcome)
                advance()
    outcomes.sort(key=lambda o: (o.attempt.exercise, o.attempt.path))
    exercises = [e for e in release.exercises if only in (None, e.name)]
    return AttemptsReport(tuple(outcomes), tuple(find_gaps(outcomes, exercises)))


def grade_attempt(attempt: Attempt, blamed: Blamed) -> Outcome:
    """Grade one attempt in a worker process: the otherwise blank release, with its code in the exercise's cell."""
    from stats220.staff.grade.run import grade_notebook

    own = worker.current()
    release = own.setup.release
    cells = [
        {**cell, "source": attempt.code} if _is_exercise(cell, attempt.exercise) else cell
        for cell in release.notebook.cells
    ]
    # The bank is the course's own: it is read here, where a submission would have a process for it.
    read = read_notebook(json.dumps({**release.notebook, "cells": cells}).encode())
    result = grade_notebook(
        release,
        mend_notebook(release, read),
        own.pool,
        own.setup.time_limits,
        only=attempt.exercise,
        seed=own.setup.seed,
        blamed=blamed,
    )
    return _outcome(attempt, result)


def _is_exercise(cell: NotebookNode, name: str) -> bool:
    own = cell.metadata.stats220
    return bool(own.role == "exercise" and own.name == name)


def _outcome(attempt: Attempt, result: SubmissionResult) -> Outcome:
    exercise = next(e for e in result.exercises if e.name == attempt.exercise)
    problems = [f"{attempt.path.name}: {note}" for note in result.notes]
    if not attempt.fits(exercise.points, exercise.max_points):
        checks = [
            f"{c.what}: {c.status}{f' ({c.message})' if c.message else ''}" for c in exercise.checks
        ]
        detail = "; ".join(filter(None, [exercise.message, *checks]))
        problems.append(
            f"{attempt.path.name}: got {exercise.points:g} of {exercise.max_points:g} points, must get {attempt.points}: {detail}"
        )
    return Outcome(attempt, exercise, tuple(problems))


def find_gaps(outcomes: Sequence[Outcome], exercises: Sequence[ReleasedExercise]) -> list[str]:
    """What the bank leaves unproved: checks that no attempt fails, exercises with too few attempts."""
    gaps = []
    by_exercise: Mapping[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if not outcome.attempt.is_key:
            by_exercise[outcome.attempt.exercise].append(outcome)
    for exercise in exercises:
        mine = by_exercise[exercise.name]
        right = sum(o.attempt.is_right(exercise.points) for o in mine)
        wrong = len(mine) - right
        if right < MIN_RIGHT:
            gaps.append(f"{exercise.name}: {right} right attempts, {MIN_RIGHT} are needed")
        if exercise.points >= MANY_POINTS and wrong < MIN_WRONG:
            gaps.append(
                f"{exercise.name}: {wrong} wrong attempts, {MIN_WRONG} are needed for {exercise.points} points"
            )
        # In the order in which the checks stand; a blank or lost attempt says nothing about a single check.
        failed = {(check.hidden, check.what): False for o in mine for check in o.result.checks} | {
            (c.hidden, c.what): True for o in mine for c in o.result.checks if c.status == "failed"
        }
        gaps += [
            f"{exercise.name}: no attempt fails the {'hidden' if hidden else 'visible'} check {what!r}"
            for (hidden, what), ever in failed.items()
            if not ever
        ]
    return gaps
