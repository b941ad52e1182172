"""Days late: from the time that a platform gives, the due date, an extension, and the policy of ``labs/course.toml``.

A day ends at the clock time of the due date in the course's own zone: where clocks change in between, it has 23 or 25 hours.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from stats220.errors import GradingError
from stats220.staff.build.course import Course
from stats220.staff.build.latepolicy import LatePolicy
from stats220.staff.build.spelling import nearest
from stats220.staff.grade.results import SubmissionResult
from stats220.staff.grade.roster import Person

EXTENSIONS = "extensions.csv"  # beside the roster, or the submissions
FORMAT = "its first line names the columns id, lab, due, handed_in; a time is 2026-02-06T23:59, and a date alone means its last minute"
BRIGHTSPACE = "%b %d, %Y %I%M %p"
ZONE_NAME = re.compile(r"(?P<time>.*\d) (?P<zone>[A-Za-z_]+(/[\w+-]+)*)$")  # as nbgrader has it


@dataclass(frozen=True)
class Extension:
    """What is different for one student and lab: another due date, or when they handed in where no platform says it."""

    due: datetime | None = None
    handed_in: str = ""


@dataclass(frozen=True)
class Lateness:
    """How late a submission is, and what that costs.

    Attributes
    ----------
    days
        Days late; None where nobody can tell, and a person has to.
    free
        Those of them that are free.
    share
        The share of the points that is taken off, 0 to 1.
    why
        In words; empty where it is in time.
    """

    days: int | None = 0
    free: int = 0
    share: float = 0.0
    why: str = ""

    def penalty(self, points: float) -> float:
        """What is taken off so many points."""
        return points * self.share


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A platform's time as an instant (UTC); without a zone it is the course's. None where it cannot be read."""
    text = text.strip()
    named = ZONE_NAME.match(text)
    try:
        if named and named["zone"].upper() not in ("AM", "PM"):
            zone, text = ZoneInfo(named["zone"]), named["time"]
        read = datetime.fromisoformat(re.sub(r" ?([+-]\d\d:?\d\d)$", r"\1", text))
    except (ValueError, LookupError, OSError):
        try:
            read = datetime.strptime(text, BRIGHTSPACE)
        except ValueError:
            return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def read_extensions(path: Path) -> dict[tuple[str, str], Extension]:
    """Extensions by (student, lab); none where there is no such file.

    Raises
    ------
    GradingError
        It cannot be read, or a line is not as described.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} cannot be read ({error}): {FORMAT}") from error
    found: dict[tuple[str, str], Extension] = {}
    for line, row in enumerate(rows, start=2):
        if None in row:
            raise GradingError(f"{path}:{line}: more fields than columns: {FORMAT}")
        known = {key: (row.get(key) or "").strip() for key in ("id", "lab", "due", "handed_in")}
        key = (known["id"], known["lab"])
        if not all(key) or key in found:
            raise GradingError(f"{path}:{line}: no id or lab, or there twice: {FORMAT}")
        try:
            due = datetime.fromisoformat(known["due"]) if known["due"] else None
        except ValueError as error:
            raise GradingError(f"{path}:{line}: {known['due']!r} is no time: {FORMAT}") from error
        if due is not None and len(known["due"]) <= len("2026-02-06"):
            due = datetime.combine(due, time(23, 59))
        found[key] = Extension(due.replace(tzinfo=None) if due else None, known["handed_in"])
    return found


def days_late(handed_in: datetime, due: datetime, policy: LatePolicy) -> int:
    """Whole days, a begun one counts.

    Parameters
    ----------
    handed_in
        An instant.
    due
        A clock time in the course's zone, without its zone.
    policy
        For the zone and the minutes of grace.
    """
    zone, grace = ZoneInfo(policy.timezone), timedelta(minutes=policy.grace_minutes)
    # A due time without seconds means the whole minute. Instants say whether, clocks say how many days.
    last = due.replace(tzinfo=zone).astimezone(UTC) + timedelta(seconds=59) + grace
    if handed_in <= last:
        return 0
    clock = handed_in.astimezone(zone).replace(tzinfo=None)
    by_clock = clock - due - timedelta(seconds=59) - grace
    return max(1, math.ceil(by_clock / timedelta(days=1)))


def class_lateness(
    course: Course, lab: str, out: Path, extensions: Mapping[tuple[str, str], Extension]
) -> dict[str, Lateness]:
    """How late each student with a result of `lab` is; free days are used up in the order in which labs are due.

    Parameters
    ----------
    course
        For the labs' due dates and the policy.
    lab
        For example ``lab4_pose``.
    out
        The output folder: the results of labs that were due before count for the free days.
    extensions
        See `read_extensions`.
    """
    policy, due = course.late, course.labs[lab].due
    earlier = sorted((e.due, e.name) for e in course.labs.values() if due and e.due and e.due < due)
    labs = [*(name for _, name in earlier), lab]
    found = {}
    for path in sorted((out / "results").glob(f"*/{lab}.json")):
        student, left = path.parent.name, policy.free_days
        for name in labs:
            late = _lateness(course, name, path.with_name(f"{name}.json"), extensions, left)
            left -= late.free
        found[student] = late
    return found


def _lateness(
    course: Course,
    lab: str,
    path: Path,
    extensions: Mapping[tuple[str, str], Extension],
    free_left: int,
) -> Lateness:
    policy = course.late
    try:
        result = json.loads(path.read_text("utf-8"))
        said, flagged = str(result["submitted"]), bool(result["late"])
    except (OSError, ValueError, KeyError, TypeError):
        return Lateness()  # nothing handed in, or nothing known
    extension = extensions.get((path.parent.name, lab), Extension())
    due = extension.due or course.labs[lab].due
    if due is None:
        return Lateness()
    said = extension.handed_in or said
    time_in = moment(said, ZoneInfo(policy.timezone)) if said else None
    if time_in is None:
        if flagged or said:
            why = "late, says the platform, but not when it came" if flagged else ""
            why = why or f"handed in at {said[:40]!r}, which is no time that can be read"
            return Lateness(None, why=f"{why}: write the time into {EXTENSIONS}")
        return Lateness()
    days = days_late(time_in, due, policy)
    return _cost(days, policy, free_left, extended=extension.due is not None)


def _cost(days: int, policy: LatePolicy, free_left: int, *, extended: bool) -> Lateness:
    if days == 0:
        return Lateness(why="in time, with an extension" if extended else "")
    free = min(days, max(0, free_left))
    paid = days - free
    share = min(1.0, paid * policy.percent_a_day / 100)
    parts = [_days(days, "late"), *([_days(free, "free")] if free else [])]
    if policy.max_days is not None and days > policy.max_days:
        free, share = 0, 1.0
        parts = [parts[0], f"more than the {policy.max_days} that are accepted"]
    elif paid and policy.percent_a_day:
        parts.append(f"{paid} at {policy.percent_a_day:g} % each")
    return Lateness(days, free, share, ", ".join(parts))


def _days(number: int, word: str) -> str:
    return f"{number} day{'' if number == 1 else 's'} {word}"


def extensions_beside(submissions: Path, roster: Path | None) -> Path:
    """Where the extensions of a class lie."""
    return (roster.parent if roster else submissions) / EXTENSIONS


def doubts(
    course: Course,
    lab: str,
    results: Sequence[SubmissionResult],
    extensions: Mapping[tuple[str, str], Extension],
    people: Sequence[Person] = (),
) -> list[str]:
    """Why nobody's days late can be told, or an extension goes nowhere, in words; nothing where all is well.

    Parameters
    ----------
    course, lab, extensions
        As for `class_lateness`.
    results
        All of the lab.
    people
        The roster.
    """
    notes, due, counts = [], course.labs[lab].due, course.late != LatePolicy()
    mine = {student: e for (student, of), e in extensions.items() if of == lab}
    if due is None and (counts or any(e.due is None for e in mine.values())):
        notes.append(
            f"nobody's days late can be told: write due = 2026-02-06 below [labs.{lab}] in labs/course.toml"
        )
    timed = any(r.submitted or r.late for r in results) or any(e.handed_in for e in mine.values())
    if due is not None and counts and results and not timed:
        notes.append(
            f"no submission says when it came, so all count as in time: write the times of late ones into {EXTENSIONS}"
        )
    known = {*(result.student for result in results), *(person.id for person in people)}
    for student, of in extensions:
        if of not in course.labs:
            notes.append(f"{EXTENSIONS} names {of!r}, which is no lab{nearest(of, course.labs)}")
        elif of == lab and student not in known:
            notes.append(
                f"{EXTENSIONS} names {student!r}, which is nobody{nearest(student, known)}"
            )
    return notes


def unclear(lateness: Mapping[str, Lateness]) -> Sequence[str]:
    """The students whose lateness a person has to settle."""
    return sorted(student for student, late in lateness.items() if late.days is None)
