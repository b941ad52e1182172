"""The class's scores as ``grades.csv``, and as a table for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from stats220.staff.grade.results import SubmissionResult

# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def grades_csv(results: Sequence[SubmissionResult]) -> str:
    """One line a student: the points of each exercise, then score and max_score; bonus columns say so."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *_columns(results), "score", "max_score"])
    for result in sorted(results, key=lambda r: r.student):
        writer.writerow([spreadsheet_safe(result.student), *_points(result)])
    return text.getvalue()


def score_table(results: Sequence[SubmissionResult]) -> Table:
    """The same for people, with what became of each exercise that has not full marks."""
    table = Table("student", *_columns(results), "score", "of", "s")
    for column in table.columns[1:]:
        column.justify = "right"
    for result in sorted(results, key=lambda r: r.student):
        statuses = [e.status for e in result.exercises]
        *points, score, maximum = _points(result)
        shown = [
            p if status in ("passed", "partial", "failed") else f"{p} [dim]{status}[/dim]"
            for p, status in zip(points, statuses, strict=True)
        ]
        table.add_row(
            escape(result.student),
            *shown,
            f"[bold]{score}[/bold]",
            maximum,
            f"{result.seconds:.1f}",
        )
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
