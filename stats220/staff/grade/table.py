"""The class's scores as ``grades.csv``, and as a table for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Column, Table

from stats220.staff.grade.results import SubmissionResult

# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@")

MARKS = {"not attempted": "–", "lost": "!"}


def grades_csv(results: Sequence[SubmissionResult]) -> str:
    """One line a student: the points of each exercise, then score and max_score; bonus columns say so."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *_columns(results), "score", "max_score"])
    for result in sorted(results, key=lambda r: r.student):
        writer.writerow([spreadsheet_safe(result.student), *_points(result)])
    return text.getvalue()


def score_table(results: Sequence[SubmissionResult]) -> Table:
    """The same for people: exercises by number, with a mark where one was not graded to its end; the legend is below."""
    names = _columns(results)
    numbers = [Column(str(i), justify="right", no_wrap=True) for i in range(1, len(names) + 1)]
    totals = [Column(name, justify="right", no_wrap=True) for name in ("score", "of", "s")]
    legend = [f"{i} {name}" for i, name in enumerate(names, 1)]
    legend += [f"{mark} {status}" for status, mark in MARKS.items()]
    table = Table(
        Column("student", overflow="fold"), *numbers, *totals, caption=escape("  ".join(legend))
    )
    for result in sorted(results, key=lambda r: r.student):
        *points, score, maximum = _points(result)
        marks = [MARKS.get(e.status, "") for e in result.exercises]
        shown = [f"{p} {mark}".rstrip() for p, mark in zip(points, marks, strict=True)]
        totals_of = (f"[bold]{score}[/bold]", maximum, f"{result.seconds:.1f}")
        table.add_row(escape(result.student), *shown, *totals_of)
    return table


def spreadsheet_safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _columns(results: Sequence[SubmissionResult]) -> list[str]:
    exercises = results[0].exercises if results else ()
    return [f"{e.name} (bonus)" if e.bonus else e.name for e in exercises]


def _points(result: SubmissionResult) -> list[str]:
    points = [e.points for e in result.exercises]
    return [f"{value:.10g}" for value in (*points, result.score, result.max_score)]
