"""What one block of a check came to, and the record of all blocks of an exercise."""

from __future__ import annotations

import functools
from typing import Any

from stats220.line.line import Session, active_session
from stats220.verdicts import CheckResult, Status

__all__ = ["CheckResult", "Record", "Status", "problems"]

problems: dict[
    str, str
] = {}  # the label of each exercise's problem, "Problem 1b": a notebook's first cell sets them


class Record:
    """The results of one exercise's blocks so far: what blocks write into, and what is displayed.

    Parameters
    ----------
    exercise
        Name of the exercise.
    hidden_points
        Points that other checks give at grading.
    hidden
        Whether these are such checks: their messages tell the type of an exception and the student's own line, no values.
    """

    def __init__(self, exercise: str, *, hidden_points: int = 0, hidden: bool = False) -> None:
        self.exercise = exercise
        self.hidden_points = hidden_points
        self.hidden = hidden
        self.results: list[CheckResult] = []
        self.session: Session | None = active_session.get()
        self.notes: list[str] = []  # what the student should know before the results
        self.printed = ""  # by the student's code, in a notebook
        self.failed_call: functools.partial[Any] | None = (
            None  # of the first block that failed, likewise
        )
        self.remedies: dict[str, str] = {}  # by block, all of them
        self.shown_remedies: dict[str, str] = {}  # those that a notebook is to show
        self.slips: dict[
            str, str
        ] = {}  # by block, the known mistake that its failure was found to be
        self.raised: set[tuple[str, str]] = set()  # what the student's code raised so far

    def label(self, exercise: str) -> str:
        """How a message names an exercise: "Problem 1b, `dilate`", or "`dilate`" where the lab has not said its problems."""
        return ", ".join(filter(None, [problems.get(exercise, ""), f"`{exercise}`"]))

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        """Points to be had in the blocks that ran."""
        return sum(result.max_points for result in self.results)
