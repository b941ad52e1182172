"""The tiny lab graded, one notebook at a time, and what is asked of the result."""

from __future__ import annotations

import re
from typing import Any

import tiny_lab

from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.results import ExerciseResult, SubmissionResult
from stats220.staff.grade.run import grade_notebook
from stats220.staff.grade.sandbox import SandboxPool

# Long beside what honest cells of the tiny lab take, short for a loop that never ends.
TIMES = TimeLimits(cell_seconds=6, problem_seconds=6, submission_seconds=120)
FULL = {"double": 4, "Counter": 2, "halve": 3}


def grade(
    pool: SandboxPool, notebook: Any, times: TimeLimits = TIMES, **options: Any
) -> SubmissionResult:
    return grade_notebook(tiny_lab.release(), tiny_lab.as_bytes(notebook), pool, times, **options)


def by_name(result: SubmissionResult) -> dict[str, ExerciseResult]:
    return {e.name: e for e in result.exercises}


def points(result: SubmissionResult) -> dict[str, float]:
    return {e.name: e.points for e in result.exercises}


def statuses(result: SubmissionResult) -> list[str]:
    return [e.status for e in result.exercises]


def assert_double_lost(result: SubmissionResult, says: str) -> None:
    double = by_name(result)["double"]
    assert (double.points, double.status) == (0, "lost")
    assert re.search(says, double.message), double.message
    assert points(result) == {**FULL, "double": 0}
