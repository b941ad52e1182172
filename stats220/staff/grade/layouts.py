"""Whose file is whose: the layouts in which learning platforms and people hand a class's files over.

Plain folders, nbgrader's ``submitted/``, clones of GitHub Classroom, Canvas's flat download, Moodle's and Brightspace's folders, Gradescope's export.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from stats220.errors import GradingError
from stats220.staff.grade.entries import Entry, SubmissionError, read_entry

METADATA = "submission_metadata.yml"  # of Gradescope's export
# Canvas: <sortable name>[_LATE]_<user id>_<submission id>_<file>; a file handed in again gets -1, -2 ...
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_\d+_(?P<file>.+)$")
# Moodle: <full name>_<participant>_assignsubmission_file[_]; the students' typed-in text lies in _onlinetext folders.
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?$")
# Brightspace: <org unit>-<number> - <name> - <date>
BRIGHTSPACE = re.compile(r"\d+-\d+ ?- (?P<name>.+?) ?- (?P<time>\w+ \d+, \d{4} .+)$")
NOT_A_HOME = re.compile(r"(release|submitted|lab[0-9]+_\w+)", re.IGNORECASE)


@dataclass
class Owner:
    """A student, and what is theirs.

    Attributes
    ----------
    student
        The name that the layout gives.
    id
        The platform's number or the university's id; empty where the layout has none.
    submitted
        When it was handed in, as the platform writes it.
    late
        Whether the platform says so.
    entries
        The student's files and folders.
    """

    student: str
    id: str = ""
    submitted: str = ""
    late: bool = False
    entries: list[Entry] = field(default_factory=list)


def owners_of(submissions: Path, entries: Sequence[Entry]) -> list[Owner]:
    """Sort what was found by student, whichever the layout.

    Raises
    ------
    GradingError
        Gradescope's list of who handed in what is damaged.
    """
    for layout in (_gradescope, _moodle, _brightspace, _canvas):
        owners = layout(submissions, entries)
        if owners:
            return owners
    return _folders(entries)


def _gradescope(submissions: Path, entries: Sequence[Entry]) -> list[Owner]:
    """Folders submission_123, and one file that says whose they are; a group's file is each member's."""
    listing = next((e for e in entries if e.parts[-1] == METADATA and e.kind == "file"), None)
    if listing is None:
        return []
    try:
        content: Any = yaml.safe_load(read_entry(submissions, listing))
        owners = []
        for folder, about in content.items():
            mine = [e for e in entries if folder in e.parts[: len(listing.parts)]]
            for person in about[":submitters"]:
                email = str(person.get(":email") or "")
                name = email.partition("@")[0] or str(person[":name"])
                sid, time = str(person.get(":sid") or ""), str(about.get(":created_at", ""))
                owners.append(Owner(name, sid, time, entries=mine))
    except (yaml.YAMLError, SubmissionError, AttributeError, KeyError, TypeError) as error:
        raise GradingError(
            f"{'/'.join(listing.parts)} is damaged ({' '.join(str(error).split())[:200]}): export the submissions from Gradescope again"
        ) from error
    return owners


def _moodle(submissions: Path, entries: Sequence[Entry]) -> list[Owner]:
    return _by_name(entries, MOODLE)


def _brightspace(submissions: Path, entries: Sequence[Entry]) -> list[Owner]:
    return _by_name(entries, BRIGHTSPACE)


def _canvas(submissions: Path, entries: Sequence[Entry]) -> list[Owner]:
    """Files alone, all in one folder."""
    files = [e for e in entries if e.kind == "file" and (e.is_notebook or e.is_zip)]
    if not files or len({e.parts[:-1] for e in files}) > 1:
        return []
    return _by_name(files, CANVAS) if all(CANVAS.match(e.parts[-1]) for e in files) else []


def _by_name(entries: Sequence[Entry], pattern: re.Pattern[str]) -> list[Owner]:
    """Students whose folders (or files) are named by a platform, at whatever depth these stand."""
    owners: dict[str, Owner] = {}
    for entry in entries:
        match = next((m for part in entry.parts if (m := pattern.match(part))), None)
        if match is None or match.groupdict().get("kind") == "onlinetext":
            continue
        parts = match.groupdict()
        key = f"{parts['name']}_{parts.get('id') or ''}"
        owner = owners.setdefault(key, Owner(parts["name"], parts.get("id") or ""))
        owner.late |= bool(parts.get("late"))
        owner.submitted = parts.get("time") or owner.submitted
        owner.entries.append(entry)
    return _apart(list(owners.values()))


def _apart(owners: list[Owner]) -> list[Owner]:
    """People of one name get their numbers."""
    names = Counter(owner.student for owner in owners)
    for owner in owners:
        if names[owner.student] > 1 and owner.id:
            owner.student = f"{owner.student} {owner.id}"
    return owners


def _folders(entries: Sequence[Entry]) -> list[Owner]:
    """A folder a student, at the depth where most notebooks have theirs."""
    depth = _depth_of_students(entries)
    prefixes = {home[: depth - 1] for home in _homes(entries) if len(home) >= depth}
    owners: dict[tuple[str, ...], Owner] = {}
    for entry in entries:
        own_folder = len(entry.parts) == depth and entry.kind != "file"
        if (len(entry.parts) > depth or own_folder) and entry.parts[: depth - 1] in prefixes:
            home = entry.parts[:depth]
            owners.setdefault(home, Owner(home[-1])).entries.append(entry)
    same = defaultdict(list)
    for home in owners:
        same[home[-1]].append(home)
    for homes in same.values():
        if len(homes) > 1:  # of several sections
            for home in homes:
                owners[home].student = "-".join(home[-2:])
    return list(owners.values())


def _homes(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """For each notebook or zip the folder that is its student's: not that of the lab, nor that of a repository's release."""
    homes = []
    for entry in entries:
        if entry.is_notebook or entry.is_zip:
            home = list(entry.parts[:-1])
            while len(home) > 1 and NOT_A_HOME.fullmatch(home[-1]):
                home.pop()
            if home:
                homes.append(tuple(home))
    return homes


def _depth_of_students(entries: Sequence[Entry]) -> int:
    depths = Counter(len(home) for home in _homes(entries))
    return min(depths, key=lambda depth: (-depths[depth], depth), default=1)
