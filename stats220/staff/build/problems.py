"""The problems of a lab as students see them: their labels from the headings, points and minutes, and the page *Start here*."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from stats220.staff.build.course import Course, LabEntry
from stats220.staff.build.lab import Cell
from stats220.staff.build.sources import Sources

HEADING = re.compile(r"^(?P<marks>#{2,4}) (?P<title>\S.*)$", re.MULTILINE)
LABEL = re.compile(r"(?:Bonus )?[Pp]roblem (?P<number>\w+)(?:: (?P<title>.+))?$")
SLOW_MINUTES = 0.5  # a cell that takes as long says so
COLAB = "https://colab.research.google.com"
BADGE = "[![Open in Colab]({colab}/assets/colab-badge.svg)]({colab}/github/{repository}/blob/{ref}/{lab}.ipynb)"

START = """\
## Start here

{table}

**Checks.** Fill in the cells that say `...` or `raise NotImplementedError`, and run the check below each: it tells at once what is right.
A few more checks of the same requirements run at grading; each table says for how many points. Problems need not be solved in their order,
and one that is left out costs its own points only. `stats220.progress()` in a cell of its own shows where you are. Written answers are read
by a person.

**At grading** each problem gets at most {seconds} seconds on a CPU without a GPU and without a network, with {packages}. Cells that only
explore (they train, draw or play) are not run there.

**Save** often: on Colab first *File, Save a copy in Drive*; elsewhere the notebook is saved where it lies. {hand_in}{rules}"""
HAND_IN = "**Hand in** with the last cell, `stats220.submit()`: it runs your answers once more from the top, says what is missing, and writes the file to hand in{where}."
SECONDS_AT_GRADING = 60
PACKAGES = "NumPy, SciPy, PyTorch, torchvision, CVXPY and Matplotlib"


@dataclass(frozen=True)
class Problem:
    """One exercise or written question.

    Attributes
    ----------
    name
        The exercise's or the question's own name.
    label, title
        "Problem 1a" and what its heading says; empty where no such heading stands above it.
    points, visible_points
        With and without the hidden checks.
    minutes
        The student's.
    """

    name: str
    label: str
    title: str
    kind: Literal["exercise", "question"]
    points: int
    visible_points: int
    minutes: float
    bonus: bool


def labels_of(notebook: Any) -> dict[str, str]:
    """The label of the problem that each exercise and question of a released notebook belongs to, by its name."""
    labels, label = {}, ""
    for cell in notebook.cells:
        own = cell.metadata.stats220
        if cell.cell_type == "markdown" and own.role in ("text", "question"):
            for heading in HEADING.finditer(cell.source):
                match = LABEL.fullmatch(heading["title"])
                label = f"Problem {match['number']}" if match else ""
        if own.role in ("exercise", "question") and label:
            labels[own.name] = label
    return labels


def problems_of(sources: Sources) -> list[Problem]:
    """All exercises and questions, in the order of the lab."""
    found, label, title = [], "", ""
    for cell in sources.lab.cells:
        if cell.role in ("text", "question"):
            for heading in HEADING.finditer(cell.source):
                match = LABEL.fullmatch(heading["title"])
                label = f"Problem {match['number']}" if match else ""
                title = (match["title"] or "").strip() if match else ""
        if cell.role == "exercise":
            visible, hidden = sources.points(cell.name)
            points = visible + hidden
            found.append(
                Problem(
                    cell.name, label, title, "exercise", points, visible, cell.minutes, cell.bonus
                )
            )
        elif cell.role == "question":
            found.append(
                Problem(cell.name, label, title, "question", cell.points, 0, cell.minutes, False)
            )
    return found


def start_here(sources: Sources, course: Course) -> str:
    """The text of the page, below the lab's own title and introduction."""
    hand_in = HAND_IN.format(where=f": {course.hand_in}" if course.hand_in else "")
    return START.format(
        table=_table(sources),
        seconds=SECONDS_AT_GRADING,
        packages=PACKAGES,
        hand_in=hand_in,
        rules=_rules(course, sources.lab.entry),
    )


def badge(course: Course, lab: str) -> str:
    """A badge that opens the published notebook on Colab; empty where it is not published on GitHub."""
    if not course.repository:
        return ""
    return BADGE.format(colab=COLAB, repository=course.repository, ref=course.ref, lab=lab)


def with_badge(source: str, lab: str, course: Course) -> str:
    """The lab's first text, with the badge below its title."""
    if not course.repository:
        return source
    title, _, rest = source.partition("\n")
    return f"{title}\n\n{badge(course, lab)}\n{rest}"


def with_points(cell: Cell, below: list[Problem]) -> str:
    """A text whose last heading carries the points and minutes of the problems that stand below it."""
    headings = list(HEADING.finditer(cell.source))
    if not headings or not below:
        return cell.source
    end = headings[-1].end()
    return f"{cell.source[:end]} ({_worth(below)}){cell.source[end:]}"


def problems_below(sources: Sources) -> dict[int, list[Problem]]:
    """For each text cell, by its line, the problems between its last heading and the next one."""
    by_name = {(problem.kind, problem.name): problem for problem in problems_of(sources)}
    below: dict[int, list[Problem]] = {}
    owner = 0
    for cell in sources.lab.cells:
        if cell.role in ("text", "question") and HEADING.search(cell.source):
            owner = cell.line
        if cell.role in ("exercise", "question"):
            kind: Literal["exercise", "question"] = (
                "exercise" if cell.role == "exercise" else "question"
            )
            below.setdefault(owner, []).append(by_name[kind, cell.name])
    return below


def with_duration(cell: Cell) -> str:
    """An explore cell's source; a slow one says first how long it takes on which device."""
    if cell.minutes < SLOW_MINUTES or cell.source.startswith("%%"):
        return cell.source
    gpu = f", {_duration(cell.minutes_gpu)} on a GPU" if cell.minutes_gpu else ""
    return f"# Takes about {_duration(cell.minutes)} on a CPU{gpu}.\n{cell.source}"


def _table(sources: Sources) -> str:
    rows = ["| problem | | points | minutes |", "|---|---|---|---|"]
    problems = problems_of(sources)
    for problem in problems:
        what = problem.title or f"`{problem.name}`"
        name = f"`{problem.name}`" if problem.kind == "exercise" else "written"
        points = f"{problem.points}, bonus" if problem.bonus else f"{problem.points}"
        rows.append(
            f"| {problem.label or what} | {what if problem.label else ''} ({name}) | {points} | {problem.minutes:g} |"
        )
    core = [problem for problem in problems if not problem.bonus]
    core_minutes = sum(problem.minutes for problem in core)
    rows.append(
        f"| **together**, without the bonus | | **{sum(p.points for p in core)}** | **{core_minutes:g}** |"
    )
    return "\n".join(rows) + _computing_time(sources)


def _computing_time(sources: Sources) -> str:
    explore = sources.lab.of_role("explore")
    cpu, gpu = sum(cell.minutes for cell in explore), sum(cell.minutes_gpu for cell in explore)
    if cpu < SLOW_MINUTES:
        return ""
    on_gpu = f", {_duration(gpu)} on a GPU" if gpu else ""
    return f"\n\nAll cells that only compute take about {_duration(cpu)} together on a CPU{on_gpu}."


def _worth(problems: list[Problem]) -> str:
    points = sum(problem.points for problem in problems)
    minutes = sum(problem.minutes for problem in problems)
    bonus = ["bonus"] * all(problem.bonus for problem in problems)
    return ", ".join(
        [
            *bonus,
            f"{points} point{'s' if points != 1 else ''}",
            f"{minutes:g} min",
        ]
    )


def _duration(minutes: float) -> str:
    return f"{max(1, round(60 * minutes))} s" if minutes < 1 else f"{minutes:g} min"


def _rules(course: Course, entry: LabEntry) -> str:
    parts = [f"due {entry.due:%A, %B} {entry.due.day}, {entry.due:%H:%M}" if entry.due else ""]
    parts.append(course.late_policy)
    dates = ". ".join(part.strip().rstrip(".") for part in parts if part.strip())
    text = f"\n\n**Dates.** {dates[0].upper()}{dates[1:]}." if dates else ""
    return text + (
        f"\n\n**Working together.** {course.collaboration.strip()}" if course.collaboration else ""
    )
