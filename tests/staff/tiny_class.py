"""A class that hands in the tiny lab: what each of them does, and its grading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tiny_lab
from tiny_lab import ANSWERS, LAB

from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.results import SubmissionResult, from_json
from stats220.staff.grade.sandbox import bwrap_problem

ISOLATION = "none" if bwrap_problem() else "bwrap"
TIMES = TimeLimits(cell_seconds=10, problem_seconds=4)


def answers(**changed: str) -> bytes:
    return tiny_lab.as_bytes(tiny_lab.with_answers({**ANSWERS, **changed}))


def other_lab() -> bytes:
    other = tiny_lab.key()
    other.metadata.stats220.lab = "lab9_other"
    return tiny_lab.as_bytes(other)


# What each hands in, and the points of double, Counter, halve that are right for it (None: not graded).
CLASS: dict[str, tuple[bytes, tuple[int, int, int] | None]] = {
    "ada": (answers(), (4, 2, 3)),
    "ben": (answers(double="def double(x):\n    return abs(2 * x)"), (3, 2, 3)),
    "cleo": (tiny_lab.as_bytes(tiny_lab.notebook()), (0, 0, 0)),
    "dan": (answers(double="import os\n\n\ndef double(x):\n    os.abort()"), (0, 2, 3)),
    "eva": (answers(double="def double(x):\n    while True:\n        pass"), (0, 2, 3)),
    "finn": (
        answers(
            Counter="print('2 of 2')\nclass Counter:\n    def __eq__(self, other):\n        return True"
        ),
        (4, 0, 3),
    ),
    "gus": (b"not a notebook", None),
    "hal": (other_lab(), None),
    "ida": (answers().replace(b"# Tiny lab", b"END THE WORKER"), None),
}


def hand_in(folder: Path, students: tuple[str, ...] = tuple(CLASS)) -> Path:
    for student in students:
        (folder / student).mkdir(parents=True)
        (folder / student / f"{LAB}.ipynb").write_bytes(CLASS[student][0])
    return folder


def grade(root: Path, submissions: Path, out: Path, **options: Any) -> list[SubmissionResult]:
    options = {"isolation": ISOLATION, "time_limits": TIMES, "jobs": 2, **options}
    return grade_class(root, LAB, submissions, out, **options)


def results(out: Path) -> dict[str, SubmissionResult]:
    paths = (out / "results").glob(f"*/{LAB}.json")
    return {path.parent.name: from_json(path.read_text()) for path in paths}


def scraps(out: Path) -> list[Path]:
    """Hidden files that are neither the lock nor the journal."""
    kept = (".lock", f".{LAB}.graded", f".{LAB}.booked", f".{LAB}.class")
    return [path for path in out.rglob(".*") if path.name not in kept]
