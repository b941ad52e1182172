"""What people marked, and days late, put into a feedback page that stands already.

A page is set in a worker, where a hostile text ends no more than the worker. What comes later is put between its marks, which no
student's text can write: pages hold such text escaped only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stats220.staff.report.page import fill_in
from stats220.staff.report.untrusted import name as tidy_name

PLACE = re.compile(r"<!--marks ([^>]*)-->.*?<!--/marks-->", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """Of one submission: the gradebook's marks and the days late, as `stats220.staff.grade` has them."""

    marks: Any
    late: Any
    looks: tuple[str, ...] = ()  # for the staff alone

    def final(self, score: float) -> float:
        """Points in the end: exercises and questions, less what days late cost."""
        total = self.total(score)
        return float(total - self.late.penalty(total))

    def total(self, score: float) -> float:
        """Points of exercises and questions, as far as they are marked."""
        return float(self.marks.total if self.marks.of else score)


def with_marks(page: str, result: Mapping[str, Any], said: Said) -> str:
    """The page with what is known now in each of its places; the same text for the same marks."""
    most = {q["name"]: q["max_points"] for q in result["questions"]}
    # Only of what a person did: a score that is the grader's own stands on the page already.
    by_hand = {
        tidy_name(name): (mark, most.get(name))
        for name, mark in said.marks.of.items()
        if name in most or mark.by_hand or mark.comment
    }
    marked = [mark.points for mark, _ in by_hand.values() if mark.points is not None]

    def fill(place: re.Match[str]) -> str:
        html = fill_in(
            "marks.html.j2",
            place=place[1],
            result=result,
            said=said,
            by_hand=by_hand,
            anything=bool(marked),
        )
        return f"<!--marks {place[1]}-->{html.strip()}<!--/marks-->"

    return PLACE.sub(fill, page)
