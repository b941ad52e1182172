"""What a grading run leaves: its files, what is in the gradebook, and, while it runs, its processes."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from tiny_lab import LAB

TIMES = re.compile(
    r'"seconds": [\d.]+|at most .*? s \(<a .*?</a>|[\d.]+ (m?s|min)\b|took .*|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?'
)


def left_in(out: Path) -> dict[str, Any]:
    """All that a run leaves, times and its own place apart: every file, and what the gradebook holds."""
    paths = [p for p in out.rglob("*") if p.is_file() and p.name not in (".lock", "gradebook.db")]
    left: dict[str, Any] = {
        str(p.relative_to(out)): TIMES.sub("", p.read_text()).replace(str(out.resolve()), "OUT")
        for p in paths
    }
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        left["gradebook"] = {
            (s.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for s in book.assignment_submissions(LAB)
            for notebook in s.notebooks
            for grade in notebook.grades
        }
    return left


def descendants(pid: int) -> dict[int, bytes]:
    """The processes below one, each with its command line."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(status.parent.name))
    found: dict[int, bytes] = {}
    waiting = list(parents.get(pid, []))
    while waiting:
        child = waiting.pop()
        with contextlib.suppress(OSError):
            found[child] = Path(f"/proc/{child}/cmdline").read_bytes()
        waiting += parents.get(child, [])
    return found
