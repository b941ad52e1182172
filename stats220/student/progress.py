"""Which problems are done: added up from the checks that ran in this kernel."""

from __future__ import annotations

import html
from dataclasses import dataclass

from stats220.checks.history import latest
from stats220.student import beginning
from stats220.student.index import Index, Problem, read_index

WORDS = {
    "done": "done",
    "partly": "partly done",
    "open": "not attempted",
    "question": "written: read by a person",
}


@dataclass(frozen=True)
class ProblemProgress:
    """One problem, and what its visible checks gave last.

    Attributes
    ----------
    label : str
        How the notebook calls it.
    state : str
        "done", "partly", "open", or "question": no check can judge it.
    points, max_points : float
        Of the visible checks; more may be given at grading.
    bonus : bool
    """

    label: str
    state: str
    points: float
    max_points: float
    bonus: bool = False


@dataclass(frozen=True)
class Progress:
    """All problems of the notebook, in its order; shows itself as a table."""

    problems: tuple[ProblemProgress, ...]

    def __str__(self) -> str:
        lines = [f"{p.label:40} {WORDS[p.state]:28} {_points(p)}".rstrip() for p in self.problems]
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def summary(self) -> str:
        """For example "3 of 9 done, 21 of 38 visible points"."""
        core = [p for p in self.problems if not p.bonus and p.state != "question"]
        done = sum(p.state == "done" for p in core)
        points, most = sum(p.points for p in core), sum(p.max_points for p in core)
        return f"{done} of {len(core)} done, {points:g} of {most:g} points that checks here can give; more checks run at grading"

    def _repr_html_(self) -> str:
        cell = "text-align: left; padding: 0.2em 0.9em 0.2em 0;"
        rows = "".join(
            f'<tr style="background: transparent;"><td style="{cell}">{html.escape(p.label)}</td>'
            f'<td style="{cell}">{WORDS[p.state]}</td><td style="{cell}">{_points(p)}</td></tr>'
            for p in self.problems
        )
        return (
            '<table style="border-collapse: collapse; color: inherit; background: transparent;">'
            f'<caption style="{cell} caption-side: top; color: inherit;">{html.escape(self.summary())}</caption>'
            f"<tbody>{rows}</tbody></table>"
        )


def progress() -> Progress:
    """Which problems of this notebook are done, partly done, or not attempted, by the checks that ran in this kernel.

    Returns
    -------
    Progress
        In the notebook's order. Without a released library, or before the first cell ran, the exercises whose checks ran.
    """
    index = read_index()
    lab = _lab_of(index)
    if index is None or lab is None:
        return Progress(tuple(_of(name, record.max_points) for name, record in latest.items()))
    return Progress(tuple(_of_problem(problem) for problem in index.labs[lab].problems))


def _lab_of(index: Index | None) -> str | None:
    """The lab of this kernel's notebook: what its first cell said."""
    return (
        beginning.current_lab if index is not None and beginning.current_lab in index.labs else None
    )


def _of_problem(problem: Problem) -> ProblemProgress:
    if problem.kind == "question":
        return ProblemProgress(str(problem), "question", 0, problem.points)
    return _of(problem.name, problem.visible_points, str(problem), problem.bonus)


def _of(name: str, most: float, label: str = "", bonus: bool = False) -> ProblemProgress:
    record = latest.get(name)
    attempted = record is not None and any(r.status != "not attempted" for r in record.results)
    points = record.points if record is not None else 0
    state = "open" if not attempted else "done" if points >= most else "partly"
    return ProblemProgress(label or name, state, points, most, bonus)


def _points(p: ProblemProgress) -> str:
    if p.state == "question":
        return f"{p.max_points:g} points"
    return f"{p.points:g} of {p.max_points:g}" + (", bonus" if p.bonus else "")
