"""What people have marked in nbgrader's gradebook: points and comments, read back for grades, report and feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stats220.staff.grade.gradebook import opened

TEST = "test_"  # before an exercise's name, in the name of its graded cell


@dataclass(frozen=True)
class Mark:
    """What a person said of one exercise or question.

    Attributes
    ----------
    points
        What counts: a person's points where there are some, else the grader's; None while a person is waited for.
    by_hand
        Whether the points are a person's.
    comment
        A person's; empty where there is none.
    waiting
        Whether a person should look, for the first time or again.
    """

    points: float | None = None
    by_hand: bool = False
    comment: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class Marks:
    """One submission's marks by exercise and question, and what all graded cells add up to, in points."""

    total: float = 0.0
    of: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def to_mark(self) -> int:
        """How many cells wait for a person."""
        return sum(mark.waiting for mark in self.of.values())


def read_marks(url: str, lab: str) -> dict[str, Marks]:
    """The marks of a lab by student; empty where the gradebook has no submission.

    Raises
    ------
    GradingError
        It is in use, or is no gradebook.
    """
    with opened(url) as gradebook:
        found: dict[str, Marks] = {}
        for submission in gradebook.assignment_submissions(lab):
            for notebook in submission.notebooks:
                found[submission.student.id] = _marks(notebook)
        return found


def _marks(notebook: Any) -> Marks:
    comments = {c.name: (c.manual_comment or "").strip() for c in notebook.comments}
    marks = {}
    for grade in notebook.grades:
        name = grade.name.removeprefix(TEST)
        by_hand = grade.manual_score is not None
        points = grade.manual_score if by_hand else grade.auto_score
        if points is not None:
            points += grade.extra_credit or 0.0
        comment = comments.pop(name, "")
        marks[name] = Mark(points, by_hand, comment, bool(grade.needs_manual_grade))
    # A comment can stand at a cell that carries no points.
    marks |= {name: Mark(comment=text) for name, text in comments.items() if text}
    return Marks(sum(mark.points or 0.0 for mark in marks.values()), marks)
