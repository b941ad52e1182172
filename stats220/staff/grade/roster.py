"""``roster.csv``: who is in the class, under which names the platforms know them."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stats220.errors import GradingError
from stats220.staff.grade.submissions import Submission

COLUMNS = ("id", "name", "section", "email", "canvas_id", "moodle_id")
FORMAT = (
    "its first line names the columns: id, and any of name, section, email, canvas_id, moodle_id"
)


@dataclass(frozen=True)
class Person:
    """A line of the roster; what is not known is empty.

    Attributes
    ----------
    id
        The name in results, gradebook and grades: the university's id, say.
    name, section, email, canvas_id, moodle_id
        Under which a platform may know the person.
    """

    id: str
    name: str = ""
    section: str = ""
    email: str = ""
    canvas_id: str = ""
    moodle_id: str = ""


def read_roster(path: Path) -> list[Person]:
    """Read a roster.

    Raises
    ------
    GradingError
        It cannot be read, a line is not as described, or an id is there twice.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            # As a registrar's list has them: ID, Name.
            reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} cannot be read as a roster ({error}): {FORMAT}") from error
    if not rows or "id" not in rows[0]:
        raise GradingError(f"{path} is no roster: {FORMAT}")
    people: dict[str, Person] = {}
    for line, row in enumerate(rows, start=2):
        if None in row:
            raise GradingError(
                f"{path}:{line}: more fields than columns: write a name with a comma in quotes"
            )
        known = {column: (row.get(column) or "").strip() for column in COLUMNS}
        if not any(known.values()):  # as spreadsheets leave them behind
            continue
        family, _, given = known["name"].partition(", ")  # a registrar's "Lovelace, Ada"
        known["name"] = f"{given} {family}".strip()
        if not known["id"] or "/" in known["id"] or not known["id"].isprintable():
            raise GradingError(
                f"{path}:{line}: no id, or one that no file can be named by; {FORMAT}"
            )
        if known["id"] in people:
            raise GradingError(
                f"{path}:{line}: the id {known['id']} is there twice: delete one line"
            )
        people[known["id"]] = Person(**known)
    return list(people.values())


def assign(
    found: Sequence[Submission], people: Sequence[Person]
) -> tuple[list[Submission], list[Person]]:
    """Submissions under the roster's ids, and who has handed in nothing. Who is not on the roster keeps the layout's name, with a note."""
    left = {person.id: person for person in people}
    assigned = []
    for submission in found:
        matches = [person for person in people if _is(person, submission)]
        if len(matches) == 1 and matches[0].id in left:
            del left[matches[0].id]
            assigned.append(replace(submission, student=matches[0].id))
        else:
            why = "is on the roster more than once" if matches else "is not on the roster"
            assigned.append(
                replace(submission, notes=(*submission.notes, f"{submission.student} {why}"))
            )
    return assigned, list(left.values())


def _is(person: Person, submission: Submission) -> bool:
    numbers = {person.id, person.canvas_id, person.moodle_id} - {""}
    names = {
        _plain(person.id),
        _plain(person.name),
        _plain(person.email),
        _plain(person.email.partition("@")[0]),
    } - {""}
    return (
        submission.id in numbers
        or _plain(submission.student) in names
        or _sortable(person.name) == _plain(submission.student)
    )


def _sortable(name: str) -> str:
    """A name as Canvas's files have it: family name first, in one word."""
    given, _, family = _plain(name).rpartition(" ")
    return (family + given).replace(" ", "") or " "


def _plain(name: str) -> str:
    """For comparison: no capitals, no accents."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))
