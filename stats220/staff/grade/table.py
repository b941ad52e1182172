"""The class's scores as ``grades-<lab>.csv``, and as a table for the terminal."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from stats220.staff.grade.lateness import Lateness
from stats220.staff.grade.marks import Mark, Marks
from stats220.staff.grade.results import SubmissionResult
from stats220.staff.grade.roster import Person

# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@")
LOG_WIDTH = 140
NOT_GRADED = "not graded"


def grades_csv(
    results: Sequence[SubmissionResult],
    *,
    people: Sequence[Person] = (),
    absent: Sequence[Person] = (),
    marks: Mapping[str, Marks] = {},
    lateness: Mapping[str, Lateness] = {},
) -> str:
    """One line a student: who, the points of each exercise, score, bonus, status, and when it was handed in.

    Then what people marked: each question's points, the total of all, and what is left of it after days late.

    Parameters
    ----------
    results
        One a submission.
    people, absent
        The roster, for names and sections, and those of it who have handed in nothing.
    marks, lateness
        By student.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    known = {person.id: person for person in people}
    columns = _columns(results)
    totals = ["score", "max_score", "bonus", "questions", "status", "handed_in"]
    questions = [question.name for question in results[0].questions] if results else []
    last = ["total", "days_late", "penalty", "final", "lateness"]
    writer.writerow(["student", "name", "section", *columns, *totals, *questions, *last])
    lines = []
    for result in results:
        person = known.get(result.student, Person(result.student))
        about = [result.student, person.name, person.section]
        marked = marks.get(result.student)
        waiting = sum(q.needs_a_person for q in result.questions)
        to_mark = f"{marked.to_mark if marked else waiting} to mark"
        if status_of(result) == NOT_GRADED:  # no 0 until a person says so
            empty = [""] * (len(columns) + 1), ["", "", NOT_GRADED, result.submitted]
            maximum, after = _number(result.max_score), [""] * (len(questions) + len(last))
            lines.append([*map(spreadsheet_safe, about), *empty[0], maximum, *empty[1], *after])
            continue
        rest = [_number(result.bonus), to_mark, status_of(result), result.submitted]
        final = _final(result, marked, lateness.get(result.student, Lateness()), questions)
        lines.append(
            [*map(spreadsheet_safe, about), *_points(result), *rest, *map(spreadsheet_safe, final)]
        )
    graded = {result.student for result in results}
    for person in absent:
        if person.id not in graded:
            about = [person.id, person.name, person.section]
            blank = [""] * (len(columns) + 4)
            after = [""] * (len(questions) + len(last))
            lines.append([*map(spreadsheet_safe, about), *blank, "not handed in", "", *after])
    writer.writerows(sorted(lines))
    return text.getvalue()


def total_of(result: SubmissionResult, marks: Marks | None) -> float:
    """Exercises and questions together, as far as they are marked."""
    return marks.total if marks else result.score


def _final(
    result: SubmissionResult, marks: Marks | None, late: Lateness, questions: Sequence[str]
) -> list[str]:
    """Points of the questions (empty: not marked yet), total, days late, penalty, what is left, and why."""
    of = marks.of if marks else {}
    points = [of.get(name, Mark()).points for name in questions]
    total = total_of(result, marks)
    penalty = late.penalty(total)
    days = "?" if late.days is None else str(late.days)
    sums = [_number(total), days, _number(penalty), _number(total - penalty), late.why]
    return ["" if value is None else _number(value) for value in points] + sums


def status_of(result: SubmissionResult) -> str:
    """In a word or two: not graded, lost (an exercise was stopped), mended, or graded."""
    if any(note.startswith("not graded: ") for note in result.notes):
        return NOT_GRADED
    if any(exercise.status == "lost" for exercise in result.exercises):
        return "lost"
    return "mended" if result.mended else "graded"


def score_table(results: Sequence[SubmissionResult]) -> Table:
    """The scores for people, with what is not full marks in words; it can be read in a terminal of 80 columns."""
    numbers = [
        Column(name, justify="right", no_wrap=True) for name in ("score", "of", "bonus", "s")
    ]
    table = Table(
        Column("student", overflow="fold", min_width=12), *numbers, Column("not full marks")
    )
    for result in sorted(results, key=lambda r: r.student):
        score, maximum, bonus = map(_number, (result.score, result.max_score, result.bonus))
        if status_of(result) == NOT_GRADED:
            score = bonus = "–"
        seconds = f"{result.seconds:.0f}"
        cells = (escape(result.student), f"[bold]{score}[/bold]", maximum, bonus, seconds)
        table.add_row(*cells, escape(_not_full(result)))
    return table


def _not_full(result: SubmissionResult) -> str:
    """What cost points: first what a person may want to look at."""
    not_graded = [note for note in result.notes if note.startswith("not graded: ")]
    if not_graded:
        return not_graded[0]
    short = [e for e in result.exercises if e.points < e.max_points]
    by_status = {
        status: ", ".join(e.name for e in short if e.status == status)
        for status in ("lost", "not attempted")
    }
    if len(short) == len(result.exercises) and {e.status for e in short} == {"not attempted"}:
        by_status["not attempted"] = "all"
    parts = [f"{status}: {names}" for status, names in by_status.items() if names]
    partly = [
        f"{e.name} {_number(e.points)}/{_number(e.max_points)}"
        for e in short
        if e.status not in by_status
    ]
    return "; ".join([*parts, *([", ".join(partly)] if partly else [])])


def table_console() -> Console:
    """The console that a table is printed to: as wide as the terminal, or wide enough in a log."""
    console = Console()
    in_a_log = not (console.is_terminal or "COLUMNS" in os.environ)
    return Console(width=LOG_WIDTH) if in_a_log else console


def spreadsheet_safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _columns(results: Sequence[SubmissionResult]) -> list[str]:
    exercises = results[0].exercises if results else ()
    return [f"{e.name} (bonus)" if e.bonus else e.name for e in exercises]


def _points(result: SubmissionResult) -> list[str]:
    points = [e.points for e in result.exercises]
    return [_number(value) for value in (*points, result.score, result.max_score)]


def _number(value: float) -> str:
    return f"{value:.10g}"
