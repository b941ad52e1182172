"""Grades as the importers of Canvas and Moodle take them.

Canvas: the columns of its own gradebook export, the row *Points Possible* second. Moodle: the columns of an assignment's grading
worksheet (Identifier, Grade, Last modified), and ID number and email for the course gradebook's own import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stats220.staff.grade.roster import Person
from stats220.staff.grade.table import spreadsheet_safe

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = (
    "Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One student's line.

    Attributes
    ----------
    person
        From the roster, or what the submission itself says.
    grade
        Points; None while there is none to tell, which leaves the platform's cell as it is.
    comment
        For the student.
    status
        As in our own table.
    """

    person: Person
    grade: float | None
    comment: str = ""
    status: str = ""


def canvas_csv(lines: Iterable[Line], title: str, maximum: float) -> str:
    """The file for *Grades, Import*. Canvas knows a student by ID, or by the SIS columns where it is empty."""
    rows: list[Sequence[str]] = [("    Points Possible", "", "", "", "", f"{maximum:.10g}")]
    for line in lines:
        person = line.person
        login = person.email.partition("@")[0]
        sis = "" if person.canvas_id == person.id else person.id
        about = (_family_first(person.name or person.id), person.canvas_id, sis, login)
        rows.append((*about, person.section, _grade(line)))
    return _text((*CANVAS, title), rows)


def moodle_csv(lines: Iterable[Line], maximum: float) -> str:
    """The file for *Upload grading worksheet*, or for the course's *Import, CSV file*."""
    rows = []
    for line in lines:
        person = line.person
        identifier = f"Participant {person.moodle_id}" if person.moodle_id else ""
        about = (identifier, person.name or person.id, person.id, person.email, line.status)
        rows.append((*about, _grade(line), f"{maximum:.10g}", "-", "-", line.comment))
    return _text(MOODLE, rows)


def _grade(line: Line) -> str:
    return "" if line.grade is None else f"{round(line.grade, 2):.10g}"


def _family_first(name: str) -> str:
    """Ada Lovelace as Canvas lists her."""
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}" if given else name


def _text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    # An importer reads a dash as it is: only what could be a formula of a student's gets the apostrophe.
    writer.writerows(
        [cell if cell == "-" else spreadsheet_safe(cell) for cell in row] for row in rows
    )
    return text.getvalue()
