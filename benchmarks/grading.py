"""What grading a class costs: ours, ``nbgrader autograde`` and ``otter run``, on the same honest notebooks, by turns.

Costs are processor seconds of all processes, and seconds by the clock. Two runs of different size tell the start of a command
from what each further submission costs. nbgrader starts a kernel for each notebook, imports PyTorch in it and runs every cell;
ours forks a warm process, skips the cells that are not graded and runs the checks outside, in a sandbox. So nbgrader is measured
on whole notebooks and on the same ones with empty ``explore`` cells.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import nbformat

from benchmarks import otter
from benchmarks.meter import Cost, measure
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# The kernel that nbgrader starts is the one of this environment, whether or not it is activated.
ENV = {"PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]), "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Grader:
    """A way to grade a folder of submissions.

    Attributes
    ----------
    run
        Grades so many submissions in a folder that is its own; gives what it cost and the points of each student.
    few, many
        The two sizes of a class.
    """

    name: str
    run: Callable[[int, Path], tuple[Cost, dict[str, float]]]
    few: int
    many: int


@dataclass(frozen=True)
class Measured:
    """Medians over rounds.

    Attributes
    ----------
    start, each
        Processor seconds of the command itself, and of each submission.
    wall_each, first, peak_mib
        By the clock; until the first result; memory.
    """

    start: float
    each: float
    wall_each: float
    first: float
    peak_mib: float

    def text(self, *, first: bool = True) -> str:
        """In one cell of the table."""
        until = f", first after {self.first:.1f} s" if first else ""
        return f"{self.start:.1f} + {self.each:.2f} CPU s each ({self.wall_each:.2f} s){until}, {self.peak_mib / 1024:.1f} GiB"


def submissions(lab: str, *, explore: bool = True) -> Iterator[tuple[str, Any]]:
    """Honest notebooks without end: the answer key, and between two of them one that leaves one exercise blank."""
    key = nbformat.read(ROOT / "solutions" / f"{lab}.ipynb", as_version=4)
    stubs = nbformat.read(ROOT / "release" / f"{lab}.ipynb", as_version=4)
    blank = {
        cell.metadata.stats220.name: cell.source
        for cell in stubs.cells
        if cell.metadata.stats220.role == "exercise"
    }
    names = list(blank)
    number = 0
    while True:
        notebook = deepcopy(key)
        left_out = names[number // 2 % len(names)] if number % 2 else None
        for cell in notebook.cells:
            own = cell.metadata.stats220
            if own.role == "exercise" and own.name == left_out:
                cell.source = blank[own.name]
            if own.role == "explore" and not explore:
                cell.source = ""
        yield f"student{number:03}", notebook
        number += 1


def write_class(folder: Path, lab: str, number: int, *, explore: bool = True) -> None:
    """A folder a student, as nbgrader collects them."""
    for (student, notebook), _ in zip(
        submissions(lab, explore=explore), range(number), strict=False
    ):
        place = folder / student / lab
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{lab}.ipynb")


def ours(lab: str, jobs: int) -> Callable[[int, Path], tuple[Cost, dict[str, float]]]:
    """``stats220 grade``."""

    def run(number: int, folder: Path) -> tuple[Cost, dict[str, float]]:
        from stats220.staff.grade.results import from_json

        write_class(folder / "in", lab, number)
        command = [str(BIN / "stats220"), "grade", lab, "in", "--out", "out", "--jobs", str(jobs)]
        results = folder / "out" / "results"
        cost = measure(
            [*command, "--root", str(ROOT)],
            cwd=folder,
            env=ENV,
            first=lambda: any(results.glob(f"*/{lab}.json")),
        )
        found = [
            from_json(path.read_text(), where=str(path)) for path in results.glob(f"*/{lab}.json")
        ]
        return cost, {result.student: result.score for result in found}

    return run


def nbgrader(lab: str, *, explore: bool) -> Callable[[int, Path], tuple[Cost, dict[str, float]]]:
    """``nbgrader autograde``."""

    def run(number: int, folder: Path) -> tuple[Cost, dict[str, float]]:
        from nbgrader.api import Gradebook

        course = folder / "course"
        shutil.copytree(ROOT / "build" / "nbgrader", course)
        write_class(course / "submitted", lab, number, explore=explore)
        command = [sys.executable, "-m", "nbgrader"]
        subprocess.run(
            [*command, "generate_assignment", lab, "--force"],
            cwd=course,
            env={**os.environ, **ENV},
            check=True,
            capture_output=True,
        )
        graded = course / "autograded"
        cost = measure(
            [*command, "autograde", lab, "--force"],
            cwd=course,
            env=ENV,
            first=lambda: any(graded.glob(f"*/{lab}/{lab}.ipynb")),
        )
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            found = gradebook.assignment_submissions(lab)
            return cost, {submission.student_id: submission.score for submission in found}

    return run


def compare(
    graders: list[Grader], rounds: int
) -> tuple[dict[str, Measured], dict[str, dict[str, float]]]:
    """Each grader with few and with many submissions, by turns; what they cost, and the points that they gave."""
    costs: dict[tuple[str, int], list[Cost]] = {}
    points: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for grader in graders:
            for number in (grader.few, grader.many):
                with tempfile.TemporaryDirectory() as scratch:
                    cost, points[grader.name] = grader.run(number, Path(scratch))
                costs.setdefault((grader.name, number), []).append(cost)
                print(f"{grader.name}, {number}: {cost}", file=sys.stderr, flush=True)
    measured = {}
    for grader in graders:
        few, many = costs[grader.name, grader.few], costs[grader.name, grader.many]
        more = grader.many - grader.few
        each = median((m.cpu - f.cpu) / more for f, m in zip(few, many, strict=True))
        measured[grader.name] = Measured(
            start=median(f.cpu for f in few) - grader.few * each,
            each=each,
            wall_each=median((m.wall - f.wall) / more for f, m in zip(few, many, strict=True)),
            first=median(c.first for c in few + many),
            peak_mib=max(c.peak_mib for c in few + many),
        )
    return measured, points


def run(quick: bool = True, lab: str = "lab4_pose") -> list[Row]:
    """Grade small classes (in full: 20 submissions) with all; a row a peer, and one for many jobs."""
    from stats220.staff.build import build_all

    build_all(ROOT, [lab])
    few, many = (1, 3) if quick else (2, 20)
    peers = {
        "nbgrader autograde": nbgrader(lab, explore=True),
        "nbgrader autograde, explore cells emptied": nbgrader(lab, explore=False),
    }
    graders = [
        Grader("stats220, 2 jobs", ours(lab, 2), 4, 12 if quick else 20),
        Grader("stats220, 8 jobs", ours(lab, 8), 8, 16 if quick else 24),
        *(Grader(name, peer, few, many) for name, peer in peers.items()),
    ]
    why_not = otter.problem()
    if not why_not:
        graders.append(Grader("otter run", otter.grader(lab, submissions), few, many))
    measured, points = compare(graders, 1 if quick else 3)
    mine = points["stats220, 2 jobs"]
    rows = []
    for grader in graders[1:]:
        theirs = points[grader.name]
        both = mine.keys() & theirs.keys()
        equal = sum(mine[student] == theirs[student] for student in both)
        own, other = measured["stats220, 2 jobs"], measured[grader.name]
        rows.append(
            Row(
                "grading",
                f"{lab}: {grader.name}",
                own.text(),
                other.text(first=grader.name.startswith("stats220")),
                other.each / own.each,
                f"start + each; equal points for {equal} of {len(both)}; ours: 2 jobs, sandbox",
            )
        )
    if why_not:
        rows.append(Row("grading", f"{lab}: otter run", "", "not measured", float("nan"), why_not))
    return rows
